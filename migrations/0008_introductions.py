"""introductions: two ads a broker put to each other, and what is said of them in a conversation"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = ()
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the change."""
    said = sa.Column("said", sa.String(300), server_default=sa.text("''"), nullable=False)
    op.add_column("thread_events", said)
    op.create_table(
        "introductions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_ad_id", sa.Integer(), nullable=True),
        sa.Column("second_ad_id", sa.Integer(), nullable=True),
        sa.Column("pair", sa.String(length=13), nullable=True),
        sa.Column("broker_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("first_says", sa.String(length=3), nullable=False),
        sa.Column("first_said_at", sa.DateTime(), nullable=True),
        sa.Column("second_says", sa.String(length=3), nullable=False),
        sa.Column("second_said_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("thread", sa.String(length=16), nullable=False),
        _fk("first_ad_id", "ads"),
        _fk("second_ad_id", "ads"),
        _fk("broker_id", "brokers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
        sa.UniqueConstraint("pair", name=op.f("uq_introductions_pair")),
        sqlite_autoincrement=True,
    )
    for column in ("first_ad_id", "second_ad_id"):
        op.create_index(op.f(f"ix_introductions_{column}"), "introductions", [column])
    op.create_index(
        "ix_introductions_open",
        "introductions",
        ["created_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _fk(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_introductions_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="SET NULL")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("introductions")
    op.drop_column("thread_events", "said")
