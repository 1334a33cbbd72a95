"""matching: marks of ads to look at, and when a writer was told of matches"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "matching_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_marks")),
        sqlite_autoincrement=True,
    )
    op.add_column("ads", sa.Column("introduced_at", sa.DateTime(), nullable=True))
    # Nobody is mailed about ads that were on the board before it could match.
    op.execute("UPDATE ads SET introduced_at = posted_at")


def downgrade() -> None:
    """Take it back."""
    op.drop_column("ads", "introduced_at")
    op.drop_table("matching_marks")
