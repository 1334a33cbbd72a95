"""spam: texts that are known again, what decisions taught, and a score on what is held"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = ()
depends_on = None

_EMPTY = sa.text("''")
_GROUPED = sa.text("text_group <> ''")


def upgrade() -> None:
    """Make the change."""
    for table in ("ads", "threads"):
        score = sa.Column("spam_score", sa.Double(), server_default=sa.text("0"), nullable=False)
        group = sa.Column("text_group", sa.String(16), server_default=_EMPTY, nullable=False)
        op.add_column(table, score)
        op.add_column(table, group)
        name = f"ix_{table}_text_group"
        op.create_index(
            name, table, ["text_group"], sqlite_where=_GROUPED, postgresql_where=_GROUPED
        )
    _texts()
    _lessons()


def _texts() -> None:
    op.create_table(
        "text_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("sketch", sa.LargeBinary(length=192), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_groups")),
        sa.UniqueConstraint("key", name=op.f("uq_text_groups_key")),
    )
    op.create_index(op.f("ix_text_groups_seen_at"), "text_groups", ["seen_at"])
    op.create_table(
        "text_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        _fk("text_bands", "group_id", "text_groups"),
        sa.PrimaryKeyConstraint("band", "group_id", name=op.f("pk_text_bands")),
    )
    op.create_index(op.f("ix_text_bands_group_id"), "text_bands", ["group_id"])
    op.create_table(
        "texts_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=26), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        _fk("texts_seen", "group_id", "text_groups"),
        _fk("texts_seen", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts_seen")),
        sa.UniqueConstraint(
            "group_id", "person_id", "about", name=op.f("uq_texts_seen_group_id_person_id_about")
        ),
    )
    op.create_index(op.f("ix_texts_seen_person_id"), "texts_seen", ["person_id"])
    op.create_index(op.f("ix_texts_seen_seen_at"), "texts_seen", ["seen_at"])
    op.create_index("ix_texts_seen_source", "texts_seen", ["source", "held", "seen_at"])


def _lessons() -> None:
    op.create_table(
        "spam_lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("is_spam", sa.Boolean(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_lessons")),
        sa.UniqueConstraint("digest", name=op.f("uq_spam_lessons_digest")),
    )
    op.create_index(op.f("ix_spam_lessons_learnt_at"), "spam_lessons", ["learnt_at"])
    op.create_table(
        "spam_learnt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(), nullable=False),
        sa.Column("lessons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_learnt")),
    )


def _fk(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Take it back."""
    for table in ("spam_learnt", "spam_lessons", "texts_seen", "text_bands", "text_groups"):
        op.drop_table(table)
    for table in ("threads", "ads"):
        name = f"ix_{table}_text_group"
        op.drop_index(name, table, sqlite_where=_GROUPED, postgresql_where=_GROUPED)
        op.drop_column(table, "text_group")
        op.drop_column(table, "spam_score")
