"""moderation: brokers, cases, decisions, what was attached, and a log that cannot be altered"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = ()
depends_on = None

_OPEN = sa.text("decided_at IS NULL AND appeal_of IS NULL")
_HELD = sa.text("state = 'held'")
_DEAD = sa.text("undeliverable_at IS NOT NULL")

# What keeps the log as it was written, by the kind of database. The third is for INSERT OR REPLACE,
# which deletes without asking the second.
_GUARDS = {
    "sqlite": (
        """CREATE TRIGGER moderation_log_unchanged BEFORE UPDATE ON moderation_log
           BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
        """CREATE TRIGGER moderation_log_kept BEFORE DELETE ON moderation_log
           WHEN OLD.at > datetime('now', '-12 months')
           BEGIN SELECT RAISE(ABORT, 'the log is kept for twelve months'); END""",
        """CREATE TRIGGER moderation_log_not_replaced BEFORE INSERT ON moderation_log
           WHEN EXISTS (SELECT 1 FROM moderation_log WHERE id = NEW.id)
           BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION moderation_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
             IF TG_OP = 'DELETE' AND OLD.at <= timezone('UTC', now()) - interval '12 months' THEN
               RETURN OLD;
             END IF;
             RAISE EXCEPTION 'the log is append-only, and kept for twelve months';
           END $$""",
        """CREATE TRIGGER moderation_log_kept BEFORE UPDATE OR DELETE ON moderation_log
           FOR EACH ROW EXECUTE FUNCTION moderation_log_guard()""",
        """CREATE TRIGGER moderation_log_not_emptied BEFORE TRUNCATE ON moderation_log
           FOR EACH STATEMENT EXECUTE FUNCTION moderation_log_guard()""",
    ),
}


def _fk(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    """Make the change."""
    op.add_column("people", sa.Column("suspended_at", sa.DateTime(), nullable=True))
    _index("ix_people_undeliverable", "people", "undeliverable_at", _DEAD)
    _index("ix_ads_held", "ads", "updated_at", _HELD)
    _index("ix_threads_held", "threads", "moved_at", _HELD)
    _people()
    _decisions()
    _cases()
    _reports()
    _log()


def _index(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def _people() -> None:
    op.create_table(
        "brokers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        _fk("brokers", "person_id", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brokers")),
        sa.UniqueConstraint("person_id", name=op.f("uq_brokers_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handles",
        sa.Column("handle", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _fk("handles", "person_id", "people", "CASCADE"),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_handles")),
        sa.UniqueConstraint("person_id", name=op.f("uq_handles_person_id")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("reporters", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("appeal_of", sa.Integer(), nullable=True),
        _fk("cases", "about_id", "people", "SET NULL"),
        _fk("cases", "appeal_of", "decisions", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cases_about_id"), "cases", ["about_id"])
    op.create_index(op.f("ix_cases_appeal_of"), "cases", ["appeal_of"])
    op.create_index("ix_cases_waiting", "cases", ["decided_at", "opened_at"])
    op.create_index(
        "uq_cases_open",
        "cases",
        ["kind", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "case_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("thread", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        _fk("case_messages", "case_id", "cases", "CASCADE"),
        _fk("case_messages", "author_id", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_messages")),
        sa.UniqueConstraint(
            "case_id", "message_id", name=op.f("uq_case_messages_case_id_message_id")
        ),
    )
    op.create_index(op.f("ix_case_messages_author_id"), "case_messages", ["author_id"])
    op.create_index(op.f("ix_case_messages_case_id"), "case_messages", ["case_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("broker_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _fk("decisions", "about_id", "people", "SET NULL"),
        _fk("decisions", "broker_id", "brokers", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "kind", "subject", "after", name=op.f("uq_decisions_kind_subject_after")
        ),
    )
    op.create_index(op.f("ix_decisions_about_id"), "decisions", ["about_id"])


def _reports() -> None:
    with op.batch_alter_table("reports") as batch:
        batch.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(), nullable=True))
        batch.add_column(
            sa.Column("reporter", sa.String(26), nullable=False, server_default=sa.text("''"))
        )
        batch.create_foreign_key(
            op.f("fk_reports_case_id"), "cases", ["case_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_reports_case_id"), ["case_id"])
    # What was reported before there was a desk waits there now, a case for each thing.
    op.execute(
        "INSERT INTO cases (kind, subject, urgent, reporters, confirmed, opened_at) "
        "SELECT subject_kind, subject, sum(CASE reason WHEN 'unsafe' THEN 1 ELSE 0 END) > 0, "
        "count(*), 0, min(created_at) "
        "FROM reports GROUP BY subject_kind, subject"
    )
    op.execute(
        "UPDATE reports SET case_id = (SELECT id FROM cases "
        "WHERE cases.kind = reports.subject_kind AND cases.subject = reports.subject)"
    )


def _log() -> None:
    op.create_table(
        "moderation_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("waited", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_moderation_log_at", "moderation_log", ["at"])
    op.create_index("ix_moderation_log_subject", "moderation_log", ["kind", "subject"])
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("moderation_log")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION moderation_log_guard()")
    with op.batch_alter_table("reports") as batch:
        batch.drop_index(op.f("ix_reports_case_id"))
        batch.drop_constraint(op.f("fk_reports_case_id"), type_="foreignkey")
        for column in ("reporter", "confirmed_at", "case_id"):
            batch.drop_column(column)
    for table in ("case_messages", "cases", "decisions", "handles", "brokers"):
        op.drop_table(table)
    op.drop_index("ix_threads_held", "threads")
    op.drop_index("ix_ads_held", "ads")
    op.drop_index("ix_people_undeliverable", "people")
    op.drop_column("people", "suspended_at")
