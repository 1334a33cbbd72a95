"""signs of life of workers, on whichever machine"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "heartbeats",
        sa.Column("machine", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("machine", name=op.f("pk_heartbeats")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("heartbeats")
