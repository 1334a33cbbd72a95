"""the relay by mail: aliases, what came in, bounces, events of a thread"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("local", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("from_nobody", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint("digest", name=op.f("uq_incoming_digest")),
    )
    op.create_index("ix_incoming_state", "incoming", ["state", "id"], unique=False)

    op.create_table(
        "pauses",
        sa.Column("transport", sa.String(length=20), nullable=False),
        sa.Column("trouble", sa.String(length=60), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("transport", name=op.f("pk_pauses")),
    )
    op.create_table(
        "tallies",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tallies")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bounces_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_bounces_outbox_id")),
    )
    op.create_index(op.f("ix_bounces_person_id"), "bounces", ["person_id"], unique=False)

    op.create_table(
        "aliases",
        sa.Column("local", sa.String(length=27), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_aliases_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("local", name=op.f("pk_aliases")),
        sa.UniqueConstraint("thread_id", "role", name=op.f("uq_aliases_thread_id_role")),
    )
    op.create_table(
        "thread_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_thread_events_thread_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_events")),
    )
    op.create_index(
        op.f("ix_thread_events_thread_id"), "thread_events", ["thread_id"], unique=False
    )

    op.add_column(
        "messages", sa.Column("by_mail", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("messages", sa.Column("files", sa.Integer(), server_default="0", nullable=False))

    op.add_column(
        "outbox",
        sa.Column(
            "message_ref", sa.String(length=100), server_default=sa.text("''"), nullable=False
        ),
    )

    op.add_column("threads", sa.Column("writer_muted_at", sa.DateTime(), nullable=True))
    op.add_column("threads", sa.Column("replier_muted_at", sa.DateTime(), nullable=True))
    op.add_column("threads", sa.Column("writer_shared_at", sa.DateTime(), nullable=True))
    op.add_column("threads", sa.Column("replier_shared_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("threads", "replier_shared_at")
    op.drop_column("threads", "writer_shared_at")
    op.drop_column("threads", "replier_muted_at")
    op.drop_column("threads", "writer_muted_at")

    op.drop_column("outbox", "message_ref")

    op.drop_column("messages", "files")
    op.drop_column("messages", "by_mail")

    op.drop_index(op.f("ix_thread_events_thread_id"), "thread_events")

    op.drop_table("thread_events")
    op.drop_table("aliases")
    op.drop_index(op.f("ix_bounces_person_id"), "bounces")

    op.drop_table("bounces")
    op.drop_table("tallies")
    op.drop_table("pauses")
    op.drop_index("ix_incoming_state", "incoming")

    op.drop_table("incoming")
