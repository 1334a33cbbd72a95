"""A board on which everything has happened: no table that is carried is empty."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import time_machine

from app import create_app
from app.backup.rows import parts_of
from app.backup.sums import Sum, sum_of
from app.backup.tables import carried
from app.config import Settings
from app.db import alembic, engine_of, transaction
from app.mail.bounce_address import bounce_address
from app.mail.models import OutboxMail, Pause
from tests.alerts.saved import save
from tests.board import AD, Board
from tests.conftest import let_go, settings_in
from tests.desk import desk, introducing, networks
from tests.pages.test_my_data import held
from tests.relay.mailin.post import DOMAIN, TRUSTED

GWEN, DAFYDD = str(AD["email"]), "dafydd.rhys@letters.example"
SPAM = "Cheap lamps, cheap lamps! Order now and win. \N{RIGHT-TO-LEFT MARK}\u2028Naïve Þórr 🪔"
NOW = datetime(2026, 3, 1, 12, 30, 0, 1, UTC)
OLD_KEY = "the-key-of-the-old-machine-which-is-long-enough"


def settings_on(folder: Path, url: str = "", **changes: object) -> Settings:
    """Settings of a board in `folder`, on SQLite unless `url` says otherwise; it takes mail in."""
    given: dict[str, object] = {
        "database_url": url or f"sqlite:///{folder}/board.db",
        "secret_key": OLD_KEY,
        "relay_domain": DOMAIN,
        "relay_to_header": "real",
        "trusted_authserv_id": TRUSTED,
    }
    return settings_in(folder, **(given | changes))


def live(folder: Path) -> None:
    """Let it all happen, on SQLite in `folder`."""
    app = create_app(settings_on(folder))
    app.testing = False
    with app.app_context():
        alembic.upgrade()
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=3), tick=True) as clock:
        board = Board(app, clock)
        _talk(board)
        _broker(board)
        _by_mail(board)
        _behind_the_scenes(board)
    let_go(app)


def _talk(board: Board) -> None:
    gwen, dafydd = board.browser(), board.browser()
    box = board.publish(gwen, capacity="3", about="Émigrée’s naïve\tquestions\r\n“and” \\ more 🪔")
    path = board.converse(box, dafydd)
    gwen.press(path, message="Thank you, Dafydd. My shift ends at four.")
    gwen.press(path, action="/share", do="share")
    dafydd.press(path, message="Four it is, by the harbour.")
    nuisance = board.converse(box, email="quibblefox@letters.example", name="Nuisance")
    gwen.press(nuisance, action="/block")
    save(board, "/ads", email="nia.haf@letters.example")
    board.post_ad(headline="One more, which waits for its link to be pressed")
    board.sign_in("nia.haf@letters.example")


def _broker(board: Board) -> None:
    rhian = desk.broker(board)
    box = desk.held(board, headline="Cheap lamps for you", about=SPAM)
    desk.decide(rhian, f"/desk/ad/{box}", "remove", reason="spam")
    lamps = board.publish(email=DAFYDD, headline="A lamp seller who has time on Mondays")
    desk.report(board, lamps, email=GWEN, text="It sells lamps.")
    invited = networks.invitation(rhian, networks.added(rhian))
    networks.by_mail(board, invited, "mair.eleri@members.example")
    first, _ = introducing.proposed(board, rhian)
    introducing.says(board, first, "yes")


def _by_mail(board: Board) -> None:
    """A mail of ours comes back, by the command that takes one in."""
    with board.app.app_context(), transaction() as session:
        ids = list(session.scalars(sa.select(OutboxMail.id).where(OutboxMail.person_id == 1)))
    signer = board.app.extensions["site"].signer
    to = f"{bounce_address(signer, ids[-1], datetime.now(UTC))}@{DOMAIN}"
    raw = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\n\r\n550 5.1.1 no such user\r\n"
    ran = board.app.test_cli_runner().invoke(args=["relay", "receive", "--to", to], input=raw)
    assert ran.exit_code == 0, ran.output


def _behind_the_scenes(board: Board) -> None:
    """What only the worker and mail servers make, and at times none of them would."""
    with board.app.app_context(), transaction() as session:
        session.add(Pause(transport="smtp", trouble="refused", since=NOW, until=NOW))
    held(board, "bounces", person_id=1, outbox_id=1)
    held(board, "case_messages", case_id=1, author_id=1, message_id=1, text=SPAM)
    for name in ("matching_marks", "stale_marks"):
        held(board, name, ad_id=1)


def sums(url: str) -> dict[str, Sum]:
    """What each table that is carried comes to."""
    with engine_of(url).connect() as connection:
        return {table.name: sum_of(parts_of(connection, table)) for table in carried(connection)}


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds, asked from outside."""
    with engine_of(url).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def change(url: str, sql: str) -> None:
    """Change something behind the board’s back."""
    with engine_of(url).begin() as connection:
        connection.exec_driver_sql(sql)


def empty_tables(url: str) -> list[str]:
    """The tables that are carried and have no row."""
    with engine_of(url).connect() as connection:
        return [
            table.name
            for table in carried(connection)
            if not connection.scalar(sa.select(sa.func.count()).select_from(table))
        ]
