"""networks that vouch for their members"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=70), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("meaning", sa.String(length=300), nullable=False),
        sa.Column("domain", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
        sa.UniqueConstraint("slug", name=op.f("uq_networks_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "network_members",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("through", sa.String(length=6), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        _fk("network_id", "networks"),
        _fk("person_id", "people"),
        sa.PrimaryKeyConstraint("network_id", "person_id", name=op.f("pk_network_members")),
    )
    op.create_index(op.f("ix_network_members_person_id"), "network_members", ["person_id"])


def _fk(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_network_members_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("network_members")
    op.drop_table("networks")
