"""follow-ups: since when a writer has had a first message, who was told what, why an ad rests"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = ()
depends_on = None

_WAITING = sa.text("state = 'open' AND answered_at IS NULL")


def upgrade() -> None:
    """Make the change."""
    op.add_column("threads", sa.Column("reached_at", sa.DateTime(), nullable=True))
    op.add_column("threads", sa.Column("reminded_at", sa.DateTime(), nullable=True))
    op.add_column("threads", sa.Column("consoled_at", sa.DateTime(), nullable=True))
    op.create_index(
        "ix_threads_waiting",
        "threads",
        ["reached_at"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.add_column("ads", sa.Column("resumed_at", sa.DateTime(), nullable=True))
    op.add_column(
        "ads",
        sa.Column("paused_for", sa.String(length=12), server_default=sa.text("''"), nullable=False),
    )
    # What was written before the board could follow it up counts as answered or not; nobody is
    # mailed about it, and no ad rests for it.
    reached = "state NOT IN ('unconfirmed', 'held') AND reason <> 'withheld'"
    values = "reached_at = created_at, reminded_at = created_at, consoled_at = created_at"
    op.execute(f"UPDATE threads SET {values} WHERE {reached}")  # noqa: S608 – constants
    op.execute("UPDATE ads SET resumed_at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    """Take it back."""
    op.drop_column("ads", "paused_for")
    op.drop_column("ads", "resumed_at")
    op.drop_index(
        "ix_threads_waiting",
        "threads",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.drop_column("threads", "consoled_at")
    op.drop_column("threads", "reminded_at")
    op.drop_column("threads", "reached_at")
