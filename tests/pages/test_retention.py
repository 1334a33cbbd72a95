"""How long things are kept: each setting is obeyed, and the privacy page says what it is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from pydantic import ValidationError

from app.ads import keeping
from app.ads import service as ads
from app.core.secret import Address
from app.db import Base, db, transaction
from app.mail import messages, outbox
from app.relay import accepting
from app.tasks import forget
from tests.board import AD, Board
from tests.conftest import settings_in
from tests.pages.look import rows, words

MakeApp = Callable[..., Flask]
EMAIL = AD["email"]


@pytest.fixture
def board_with(make_app: MakeApp) -> Iterator[Callable[..., Board]]:
    """A board with changed settings, and a clock to move."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield lambda **changes: Board(make_app(**changes), clock)


def count(board: Board, table: str, where: str = "true") -> int:
    number = rows(board.app, f"SELECT count(*) FROM {table} WHERE {where}")[0][0]
    assert isinstance(number, int)
    return number


def tidy(board: Board) -> None:
    with board.app.app_context():
        forget()


def test_many_ads_are_forgotten_a_few_at_a_time_and_one_step_that_fails_holds_up_no_other(
    board_with: Callable[..., Board], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    board = board_with()
    for number in range(5):
        board.post_ad(headline=f"Number {number}", email=f"n{number}@members.example")
    for place in (keeping, ads):
        monkeypatch.setattr(place, "PURGED_AT_ONCE", 2)
    board.clock.shift(timedelta(hours=73))
    tidy(board)
    assert count(board, "ads") == 0

    for step in (ads, accepting):
        monkeypatch.setattr(step, "purge", fail)
    monkeypatch.setattr("app.tasks.tallies.fold", folded := Mock(__module__="app.mail.tallies"))
    tidy(board)
    assert folded.called
    assert caplog.text.count("forgetting") == 2


def fail(*_: object, **__: object) -> None:
    raise RuntimeError


# --- what is put there to be forgotten ------------------------------------------------------------


def unconfirmed(board: Board) -> None:
    board.post_ad()


def ended_ad(board: Board) -> None:
    browser = board.browser()
    box = board.publish(browser)
    browser.press("/mine", action=f"{box}/close")


def conversation(board: Board) -> None:
    board.converse(board.publish())


def mail_in(board: Board) -> None:
    with board.app.app_context(), transaction() as work:
        now = datetime.now(UTC)
        raw = b"Message-ID: <1@x.example>\r\n\r\nHello"
        row = accepting.accept(work, local="postmaster", raw=raw, from_nobody=False, now=now)
        row.state, row.raw = "done", b""


def mail_out(board: Board) -> None:
    site = board.app.extensions["site"]
    with board.app.app_context(), transaction() as work:
        to, now = Address("somebody@letters.example"), datetime.now(UTC)
        outbox.put(work, messages.erased(site), site=site, to=to, person_id=None, now=now)
    board.work()


def decision(board: Board) -> None:
    filled(board, "decisions", created_at=datetime.now(UTC))


def decided_report(board: Board) -> None:
    now = datetime.now(UTC)
    case = filled(board, "cases", decided_at=now)
    filled(board, "reports", case_id=case, reporter="a scrambled code", number="R1")


def filled(board: Board, name: str, **values: object) -> int:
    """A row with what must be filled in; returns its id."""
    blank: dict[type, object] = {str: "", int: 0, bool: False}
    table = Base.metadata.tables[name]
    more = {
        column.name: blank.get(column.type.python_type, datetime.now(UTC))
        for column in table.columns
        if not column.nullable and not column.primary_key and column.name not in values
    }
    with board.app.app_context(), transaction() as work:
        made = work.execute(table.insert().values(more | values))
        return int(made.inserted_primary_key[0])  # type: ignore[attr-defined]


KEPT = [
    # setting, its default, another value, hours in one, how it is put there, what is counted
    ("keep_unconfirmed_hours", 72, 96, 1, unconfirmed, ("ads", "true"), "hours"),
    ("keep_ended_ads_days", 365, 400, 24, ended_ad, ("ads", "true"), "days"),
    ("keep_incoming_mail_days", 7, 9, 24, mail_in, ("incoming", "true"), "days"),
    ("keep_sent_mail_days", 14, 20, 24, mail_out, ("outbox", "state = 'sent'"), "days"),
    ("keep_messages_days", 180, 90, 24, conversation, ("messages", "true"), "days"),
    ("keep_sources_days", 30, 10, 24, decided_report, ("reports", "reporter != ''"), "days"),
    ("keep_moderation_days", 366, 400, 24, decision, ("decisions", "true"), "days"),
]


@pytest.mark.parametrize("changed", [False, True], ids=["as it comes", "changed"])
@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept[0])
def test_each_setting_is_obeyed_and_said(
    board_with: Callable[..., Board], kept: tuple[object, ...], changed: bool
) -> None:
    name, default, other, hours, put, (table, where), unit = kept  # type: ignore[misc]
    value = other if changed else default
    board = board_with(**({name: value} if changed else {}))
    put(board)  # type: ignore[operator]
    assert count(board, table, where) == 1

    period = timedelta(hours=hours * value)  # type: ignore[operator]
    board.clock.shift(period - timedelta(hours=2))
    tidy(board)
    assert count(board, table, where) == 1
    board.clock.shift(timedelta(hours=3))
    tidy(board)

    assert count(board, table, where) == 0
    page = words(board.browser().get("/privacy"))
    said = f"{value} {unit}" if value not in (365, 366) else "12 months"
    if name == "keep_unconfirmed_hours" and changed:
        said = "4 days"
    assert said in page


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("keep_unconfirmed_hours", (0, 23, 169)),
        ("keep_ended_ads_days", (0, 59, 36_500)),
        ("keep_incoming_mail_days", (0, 5, 36_500)),
        ("keep_sent_mail_days", (0, 3, 36_500)),
        ("keep_messages_days", (0, 29, 36_500)),
        ("keep_sources_days", (0, 36_500)),
        ("keep_moderation_days", (0, 365, 36_500)),
    ],
)
def test_neither_nothing_nor_a_century_will_do(
    tmp_path: Path, name: str, values: tuple[int, ...]
) -> None:
    for value in values:
        with pytest.raises(ValidationError):
            settings_in(tmp_path, **{name: value})


def test_a_link_that_confirms_works_as_long_as_what_it_confirms(
    board_with: Callable[..., Board],
) -> None:
    board = board_with(keep_unconfirmed_hours=24)
    sent = board.browser().press("/ads/new", **AD)
    assert "It works for 24 hours" in words(sent)
    board.browser().send(sent)
    link = board.link(EMAIL)
    board.clock.shift(timedelta(hours=25))

    assert "24 hours" in words(board.browser().get("/ads/new/sent"))
    assert board.browser().get(link).status_code == 410


def test_the_words_of_a_mail_that_could_not_go_are_not_kept(
    board_with: Callable[..., Board],
) -> None:
    board = board_with()
    conversation(board)
    dead = "state = 'dead', mime = 'words', recipient = 'a@b.example'"
    in_database(board, f"UPDATE outbox SET {dead} WHERE message_id IS NOT NULL")
    board.clock.shift(timedelta(days=15))

    tidy(board)

    assert rows(board.app, "SELECT state, mime, recipient FROM outbox WHERE message_id > 0") == [
        ("dead", b"", "")
    ]
    board.app.test_cli_runner().invoke(args=["outbox", "retry"])
    assert count(board, "outbox", "state = 'pending'") == 0


def in_database(board: Board, sql: str) -> None:
    with board.app.app_context(), transaction() as work:
        work.execute(sa.text(sql))


# --- a year and more ------------------------------------------------------------------------------


def test_a_year_and_a_half_later_nothing_is_left_of_anybody(
    board_with: Callable[..., Board],
) -> None:
    board = board_with()
    browser = board.browser()
    box = board.publish(browser)
    path = board.converse(box)
    browser.press(path, message="Friday at four?")
    board.browser().press("/ads", action="/alerts", email="nia@letters.example", pace="at_once")
    board.browser().press(board.link("nia@letters.example"))
    board.post_ad(headline="Never confirmed by anybody", email="nobody@letters.example")
    sizes = {0: sizes_of(board)}
    for day in (4, 7, 70, 260, 380, 560):
        board.clock.shift(timedelta(days=day - max(sizes)))
        board.work()
        board.work()
        sizes[day] = sizes_of(board)

    assert sizes[0]["ads"] == 2
    assert sizes[4]["ads"] == 1  # nobody confirmed the other
    assert (sizes[4]["people"], sizes[7]["people"]) == (4, 3)  # nor pressed any link
    assert sizes[70]["messages"] == 2
    assert sizes[260]["messages"] == sizes[260]["threads"] == 0
    assert sizes[260]["ads"] == 1
    assert (sizes[260]["alerts"], sizes[560]["alerts"]) == (1, 0)  # paused, then erased
    left = {name: number for name, number in sizes[560].items() if number}
    assert left.keys() <= {"alembic_version", "heartbeats", "moderation_log", "tallies"}


def sizes_of(board: Board) -> dict[str, int]:
    """How many rows each table has."""
    with board.app.app_context():
        names = sa.inspect(db.engine).get_table_names()
    return {name: count(board, name) for name in names}
