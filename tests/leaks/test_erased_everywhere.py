"""What others were to hear of somebody, and what came later to the board, is erased with them.

Mail goes nowhere here, so that whatever could wait in the outbox does.
"""

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app import worker
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.mail import forgetting, messages, outbox, standing
from app.mail.policy import Later, Outcome, Trouble
from app.mail.transports import Parcel
from app.people import service as people
from app.tasks import TASKS
from tests import postgres
from tests.board import Board, Browser
from tests.leaks.test_erased import (
    DAFYDD,
    GWEN,
    NAME,
    TRACES,
    UNIQUE,
    WORDS,
    a_life,
    busy_board,
    erase,
    found_in,
)
from tests.outside import say

NIA, MAIR = "nia.haf@letters.example", "mair.eleri@members.example"
SAID = "A tawnyquarrel of a phrase, that nobody else was ever sent."


class Stuck:
    """A mail server that takes nothing."""

    def deliver(self, parcel: Parcel) -> Outcome:
        return Later(Trouble.UNREACHABLE)

    def close(self) -> None:
        """Nothing to do."""


def work(board: Board) -> None:
    """Let the worker do what is due while no mail goes."""
    worker.run(board.app, once=True, transport=Stuck(), tasks=TASKS)


def waiting(folder: Path) -> list[tuple[str, str]]:
    """The kind and the words of every mail in the outbox that still has any."""
    found = say(folder, "SELECT kind, mime FROM outbox WHERE mime != ''")
    return [
        (kind, message_from_bytes(bytes(mime), policy=default).get_content())
        for kind, mime in found
    ]


def a_full_life(board: Board, folder: Path) -> Browser:
    """As `a_life`, with an alert and reports of hers, and others’ mails that are stuck."""
    known = board.browser()
    known.press("/ads?q=grafted", action="/alerts", email=NIA, pace="at_once")
    known.press(board.link(NIA))
    gwen, box, thread = a_life(board)
    gwen.press("/ads?q=pressfolio", action="/alerts", pace="at_once")
    mairs = board.publish(email=MAIR, headline="A quiet ad of somebody else’s")
    gwen.press(f"/ads/{mairs}/report", reason="spam", text="It sells lamps.", email=GWEN)
    work(board)
    another = UNIQUE | {"email": GWEN, "name": NAME, "headline": "Xylographer with grafted time"}
    posted = board.post_ad(gwen, **another)
    assert posted.status_code == 303
    publish = [text for kind, text in waiting(folder) if kind == "confirm_ad"][-1]
    link = next(word for word in publish.split() if "/l/" in word)
    assert gwen.press(urlsplit(link).path).status_code == 303
    gwen.press(thread, message=SAID)
    work(board)
    gwen.press(f"/ads/{box}/report", reason="other", text=f"Me again: {NAME}", email=GWEN)
    board.clock.shift(timedelta(hours=2))
    work(board)
    return gwen


def test_nothing_of_her_waits_in_anybodys_mail(board: Board, tmp_path: Path) -> None:
    gwen = a_full_life(board, tmp_path)
    kinds = {kind for kind, words in waiting(tmp_path) if any(w in words.lower() for w in WORDS)}
    assert kinds >= {"alert", "new_message"}

    erase(gwen)

    for kind, words in waiting(tmp_path):
        read = words.lower().replace(GWEN, "")
        assert not [word for word in (*WORDS, NAME.lower(), "tawnyquarrel") if word in read], kind


def copy(database: Path, copies: Path) -> None:
    """Copies as operators make them."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"VACUUM INTO '{copies / 'copy.db'}'")
        assert connection.execute("PRAGMA freelist_count").fetchone() is not None
        with closing(sqlite3.connect(copies / "backup.db")) as backup:
            connection.backup(backup)  # page by page, as `.backup` does: free ones too


def test_no_byte_is_left_nor_in_a_new_copy_of_the_database(
    board: Board, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    busy_board(board, tmp_path)
    gwen = a_full_life(board, tmp_path)

    erase(gwen)
    board.work()  # hands the goodbye over
    board.work()

    assert found_in(tmp_path) == []
    copies = tmp_path / "copies"
    copies.mkdir()
    if not postgres.WANTED:
        copy(tmp_path / "board.db", copies)
        assert found_in(copies) == []
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.parent.name != "mail":
            assert b"tawnyquarrel" not in file.read_bytes(), file
    for record in caplog.records:
        said = record.getMessage().lower().encode()
        assert not [trace for trace in TRACES if trace.lower() in said], record.name


def test_feeds_and_programs_say_nothing_of_her(board: Board, tmp_path: Path) -> None:
    gwen, box, _ = a_life(board)
    paths = ("/ads.atom", "/api/v1/ads", "/sitemap.xml", "/", "/ads", "/suggest?q=medlar")
    assert box in board.browser().get("/api/v1/ads").text

    erase(gwen)
    work(board)

    for path in (*paths, f"/api/v1/ads/{box}", "/ads?q=medlarquin", "/api/v1/ads?q=medlarquin"):
        seen = board.browser().get(path).text.lower()
        seen = seen.replace("q=medlarquin", "").replace("medlarquin", "")  # what was asked for
        for trace in (box.lower(), NAME.lower(), *WORDS[1:]):
            assert trace not in seen, path


@pytest.mark.parametrize("kind", ["alert", "matches", "no_answer_yet"])
def test_a_mail_that_names_an_ad_is_withheld_with_it(
    board: Board, tmp_path: Path, kind: str
) -> None:
    site = board.app.extensions["site"]
    named = [messages.Named("A named ad", "7K2M9Q", "seeks")]
    swap = messages.Swap("A named ad", "7K2M9Q", "a", "b", "c", "d")
    draft = {
        "alert": messages.alert(site, words="w", ads=named, total=1, link=site.alert("x")),
        "matches": messages.matches(site, headline="Mine", box="AAAAAA", others=[swap]),
        "no_answer_yet": messages.no_answer_yet(
            site, headline="Mine", box="AAAAAA", days=10, others=named, more=site.base_url
        ),
    }[kind]
    with board.app.app_context(), transaction() as session:
        now = utcnow()
        to = people.meet(session, email=Address(DAFYDD), now=now)
        for words in (draft, messages.ad_published(site, headline="Other", box="BBBBBB")):
            outbox.put(session, words, site=site, to=to.email, person_id=to.id, now=now)
        forgetting.forget_ads(session, boxes=["BBBBBB"], now=now)
        assert standing.counts(session) == {"pending": 2}  # that one tells its own writer
        forgetting.forget_ads(session, boxes=["7K2M9Q", "CCCCCC"], now=now)
        assert standing.counts(session) == {"pending": 1, "cancelled": 1}
