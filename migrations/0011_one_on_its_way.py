"""one mail at a time is on its way to one person in one thread, kept by the database"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = ()
depends_on = None

_ON_ITS_WAY = sa.text("state = 'leased'")


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        "ix_outbox_on_its_way",
        "outbox",
        ["thread_id", "recipient"],
        unique=True,
        sqlite_where=_ON_ITS_WAY,
        postgresql_where=_ON_ITS_WAY,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_outbox_on_its_way", "outbox")
