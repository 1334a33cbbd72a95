"""Import and export: good lines come in, bad ones are named, and a board moves whole."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, selectinload

from app import db
from app.ads import service, transfer
from app.ads.models import Ad, AdSkill, StaleMark
from app.ads.policy import Draft, state_at
from app.config import ROOT, Settings
from app.core.secret import Address
from app.people import service as people
from app.people.models import Person
from tests.ads.written import HEADLINE, NOW, line, many

DEMO = ROOT / "app/ads/demo.jsonl"


@contextmanager
def board_at(path: Path) -> Iterator[None]:
    """A board at this database, its application context open; every connection closed after."""
    app = Flask("board")
    db.init_app(app, Settings(_env_file=None, database_url=f"sqlite:///{path}"))
    with app.app_context():
        yield
        db.db.engine.dispose()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Path]:
    """An empty board, its application context open; the path of its database."""
    path = tmp_path / "board.db"
    with board_at(path):
        db.Base.metadata.create_all(db.db.engine)
        yield path


def bring_in(lines: list[str], **options: Any) -> transfer.Counts:
    return transfer.import_lines(lines, now=NOW, transaction=db.transaction, **options)


def ads() -> list[Ad]:
    with Session(db.db.engine) as session:
        query = sa.select(Ad).order_by(Ad.id).options(selectinload(Ad.skills))
        return list(session.scalars(query))


def exported(*, with_addresses: bool = True) -> list[str]:
    with db.transaction() as session:
        return list(transfer.export_lines(session, with_addresses=with_addresses))


# --- one line -------------------------------------------------------------------------------------


def test_a_good_line_becomes_a_live_ad_that_the_index_will_hear_of(board: Path) -> None:
    counts = bring_in([line(posted_at="2026-02-20T10:00:00", box="7k2m9q")])

    assert (counts.added, counts.skipped, counts.refused) == (1, 0, [])
    (ad,) = ads()
    assert ad.box == "7K2M9Q"
    assert state_at(ad, NOW) == "live"
    assert ad.posted_at == datetime(2026, 2, 20, 10, tzinfo=UTC)
    assert ad.expires_at == ad.posted_at + timedelta(days=60)
    assert ad.side_skills("seeks") == ("bookkeeping",)
    with db.transaction() as session:
        assert session.scalars(sa.select(StaleMark.ad_id)).all() == [ad.id]
        person = people.find_person(session, Address("GWEN@members.test"))
        assert person is not None
        assert person.confirmed_at == NOW


def test_a_bad_line_is_named_and_the_rest_goes_on(board: Path) -> None:
    counts = bring_in([line(), line(headline="Hi"), "{", "", line(headline="The next is fine")])

    assert [number for number, _ in counts.refused] == [2, 3]
    assert counts.refused[0][1].startswith("headline: ")
    assert [ad.headline for ad in ads()] == [HEADLINE, "The next is fine"]


@pytest.mark.parametrize(
    ("given", "state"),
    [({"confirmed": ...}, "unconfirmed"), ({"state": "expired"}, "expired"), ({}, "live")],
)
def test_a_line_s_state_is_the_ad_s(board: Path, given: dict[str, Any], state: str) -> None:
    bring_in([line(**given)])
    (ad,) = ads()
    assert state_at(ad, NOW) == state


# --- many lines -----------------------------------------------------------------------------------


def test_what_stands_already_is_skipped_and_counted(board: Path) -> None:
    first = [line(box="7K2M9Q"), line(headline="The same words, no Box")]
    bring_in(first)
    twice = [line(headline="New words"), line(headline="New words", place="Swansea")]

    counts = bring_in([*first, *twice])

    assert (counts.added, counts.skipped, counts.refused) == (1, 3, [])


def test_each_of_two_closed_ads_with_the_same_words_is_kept(board: Path) -> None:
    counts = bring_in([line(state="closed"), line(state="closed"), line()])
    assert (counts.added, counts.skipped) == (3, 0)


def test_people_are_met_once_and_confirmed_when_a_line_says_so(board: Path) -> None:
    bring_in([line(confirmed=False)])
    bring_in([line(headline="A second ad", email="Gwen@members.test")])

    with db.transaction() as session:
        (person,) = session.scalars(sa.select(Person))
        assert person.confirmed_at == NOW


def test_an_import_broken_off_leaves_whole_batches_and_goes_on_when_run_again(board: Path) -> None:
    lines = many(25)

    def pulled_out() -> Iterator[str]:
        yield from lines[:17]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.import_lines(pulled_out(), now=NOW, transaction=db.transaction, batch=10)
    assert len(ads()) == 10

    counts = bring_in(lines, batch=10)
    assert (counts.added, counts.skipped) == (15, 10)


IMPORTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app import db
from app.ads import transfer
from tests.ads.test_transfer import NOW, board_at
with board_at(Path(sys.argv[1])):
    lines = (text.rstrip() for text in open(sys.argv[2]))
    transfer.import_lines(lines, now=NOW, transaction=db.transaction, batch=20)
"""


def test_an_import_killed_leaves_only_whole_ads_in_whole_batches(
    board: Path, tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join(many(2_000)))
    importer = subprocess.Popen([sys.executable, "-c", IMPORTER, str(board), str(file)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while count_of(Ad) < 40:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        importer.send_signal(signal.SIGKILL)
        importer.wait()

    standing = count_of(Ad)
    assert 40 <= standing < 2_000
    assert standing % 20 == 0
    assert count_of(StaleMark) == count_of(Person) == standing
    assert count_of(AdSkill) == 2 * standing


def count_of(table: type[db.Base]) -> int:
    with db.db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_posting_goes_on_while_an_import_runs(board: Path) -> None:
    waits: list[float] = []
    done = threading.Event()

    def post_one(number: int) -> None:
        words = Draft(kind="seeks", headline=f"Posted meanwhile {number}", modes=("phone",))
        with db.transaction() as session:
            writer = people.meet(session, email=Address("meanwhile@members.test"), now=NOW)
            service.post(session, draft=words, person=writer, now=NOW)

    def post_on() -> None:
        with board_at(board):
            while not done.is_set():
                began = time.monotonic()
                post_one(len(waits))
                waits.append(time.monotonic() - began)

    poster = threading.Thread(target=post_on)
    poster.start()
    try:
        counts = bring_in(many(1_500))
    finally:
        done.set()
        poster.join()

    assert counts.added == 1_500
    assert len(waits) >= 3
    assert len(ads()) == 1_500 + len(waits)


# --- files ----------------------------------------------------------------------------------------


def test_a_file_of_good_bad_and_dreadful_lines(board: Path, tmp_path: Path) -> None:
    file = tmp_path / "ads.jsonl"
    dreadful = b'{"about": "' + b"x" * 200_000 + b'"}'
    good = [text.encode() for text in many(2)]
    raw = [b"\xef\xbb\xbf" + good[0], b"", dreadful, b'{"about": "\xff"}', good[1]]
    file.write_bytes(b"\r\n".join(raw))
    told: list[int] = []

    counts = transfer.import_file(file, now=NOW, transaction=db.transaction, progress=told.append)

    assert counts.added == 2
    assert [number for number, _ in counts.refused] == [3, 4]
    assert told[-1] == file.stat().st_size
    *reasons, last = transfer.summary(counts)
    assert reasons[0] == "Line 3: The line is longer than 64 kB."
    assert last == "2 added, 2 refused."


def test_export_and_import_into_an_empty_board_is_the_identity(board: Path, tmp_path: Path) -> None:
    states = ["unconfirmed", "live", "paused", "closed", "expired", "held", "removed"]
    bring_in(DEMO.read_text().splitlines())
    bring_in([line(state=state, headline=f"An ad that is {state}") for state in states])
    before = exported()
    assert len(before) > len(states)

    with board_at(tmp_path / "other.db"):
        db.Base.metadata.create_all(db.db.engine)
        later = NOW + timedelta(days=3)
        counts = transfer.import_lines(before, now=later, transaction=db.transaction)
        assert (counts.added, counts.skipped, counts.refused) == (len(before), 0, [])
        assert exported() == before


def test_an_export_has_addresses_only_when_asked(board: Path) -> None:
    bring_in([line()])
    assert "gwen@members.test" in "".join(exported())
    assert "@" not in "".join(exported(with_addresses=False))


def test_an_exported_file_is_whole_and_for_its_owner_alone(board: Path, tmp_path: Path) -> None:
    bring_in(many(3))
    file = tmp_path / "out.jsonl"
    with db.transaction() as session:
        assert transfer.export_file(session, file, with_addresses=True) == 3
    assert len(file.read_text().splitlines()) == 3
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.skipif(
    "BOTHWAYS_REAL_ADS" not in os.environ, reason="BOTHWAYS_REAL_ADS names no file of real ads"
)
def test_real_ads_are_all_taken(board: Path) -> None:
    file = Path(os.environ["BOTHWAYS_REAL_ADS"])
    counts = transfer.import_file(file, now=NOW, transaction=db.transaction)
    assert counts.refused == []
    assert counts.added > 0
