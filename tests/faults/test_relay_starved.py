"""The relay without room, its database locked, beside a stopped worker, with poison in its mail."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.faults.relay_site import RelaySite, copies, letters, mail_from
from tests.faults.starter import Starter
from tests.faults.test_trouble import assert_designed, locked
from tests.mail.server import HANG, MailServer
from tests.relay.mailin.test_taking import POISON
from tests.waiting import until

WORDS = "Would Friday at noon suit you, by the clock in the square?"
NO_ROOM, LATER = 452, 451
ROOM = 6  # megabytes of the small disk


# --- a small disk ---------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={ROOM}m")
    mount = ["mount", *options, "bothways", str(place)]
    trouble = "only root can mount a small disk" if os.geteuid() else ""
    if not trouble and subprocess.run(mount, capture_output=True).returncode:
        trouble = "a small disk can't be mounted here"
    if trouble and os.environ.get("CI") == "true":
        pytest.fail(f"In continuous integration that will not do: {trouble}.")
    if trouble:
        pytest.skip(f"{trouble}.")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> None:
    """Take all the room there is."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (65536, 4096):
            try:
                while file.write(b"x" * size):
                    continue
            except OSError:
                continue


@pytest.fixture
def cramped(
    small_disk: Path, tmp_path: Path, migrated: Path, starter: Starter, server: MailServer
) -> Iterator[RelaySite]:
    """A board with one conversation, whose database is on a disk that has no room left."""
    if postgres.WANTED:
        pytest.skip("about SQLite: a server’s disk cannot be filled up from here")
    site = RelaySite(tmp_path, starter, server.url())
    site.surroundings["DATABASE_URL"] = f"sqlite:///{small_disk}/board.db"
    shutil.copy(migrated, site.database)
    try:
        (site.talk,) = site.converse(1)
        site.begin("web")
        site.begin("lmtp")
        site.until_web()
        site.until_lmtp()
        fill(small_disk)
        yield site
    finally:
        site.end()


def long_words(number: int) -> str:
    return f"{WORDS} {letters(number)} {'a long story ' * 100}".strip()


def write_until_refused(site: RelaySite) -> tuple[list[str], list[str], list[bytes]]:
    """Write and mail until both doors have said three times that there is no room.

    What was taken on the page, what by mail, and the mails that were refused.
    """
    written, mailed, refused, full = [], [], list[bytes](), 0
    for number in range(400):  # what the log has room for is still taken
        words, talk = long_words(number), site.talk
        page = site.say(talk, "writer", words)
        raw = mail_from(talk.replier.email, words, f"mail.{number}")
        (heard,) = site.bring(raw, talk.replier.alias)
        assert heard in (250, NO_ROOM)
        written += [words] * (page.status == 303)
        mailed += [words] * (heard == 250)
        refused += [raw] * (heard == NO_ROOM)
        if page.status != 303:
            assert_designed(page)
            full += 1
        if min(full, len(refused)) >= 3:
            return written, mailed, refused
    raise AssertionError("the disk was never full: nothing was tried")


def test_a_full_disk_is_told_at_both_doors_and_nothing_accepted_is_lost(
    cramped: RelaySite, server: MailServer
) -> None:
    talk = cramped.talk
    written, mailed, refused = write_until_refused(cramped)
    assert cramped.get(talk.path, cookie=talk.writer.cookie).status == 200  # reading goes on

    (cramped.database.parent / "filler").unlink()
    assert cramped.say(talk, "writer", WORDS).status == 303
    assert [cramped.bring(raw, talk.replier.alias) for raw in refused] == [[250]] * len(refused)
    cramped.begin("worker")
    cramped.until_done()

    assert [cramped.kept(words) for words in [*written, WORDS]] == [1] * (len(written) + 1)
    done = cramped.count("SELECT count(*) FROM incoming WHERE state = 'done'")
    assert done == [(len(mailed) + len(refused),)]
    assert cramped.count("PRAGMA integrity_check") == [("ok",)]


# --- the database is locked -----------------------------------------------------------------------


def test_a_locked_database_puts_mails_off_and_the_mail_server_brings_them_again(
    relay_site: RelaySite, server: MailServer
) -> None:
    (talk,) = relay_site.converse(1)
    raw = mail_from(talk.replier.email, WORDS, "one")
    relay_site.begin("lmtp", BUSY_SECONDS="0.3")
    relay_site.begin("worker", BUSY_SECONDS="0.3")
    relay_site.until_lmtp()
    with locked(relay_site.folder):
        assert relay_site.bring(raw, talk.replier.alias) == [LATER]
        time.sleep(1)  # the worker stumbles over the lock as well
    relay_site.insist(raw, talk.replier.alias)
    relay_site.until_done()
    assert len(copies(server, WORDS)) == 1


# --- workers beside each other --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "arrive"),
    [
        ("stops claimed, not read", 1),
        ("stops read, not settled", 1),
        ("stops leased, not handed over", 2),
        ("stops handed over, not written", 2),
    ],
)
def test_a_second_worker_takes_over_from_a_stopped_one(
    relay_site: RelaySite, server: MailServer, step: str, arrive: int
) -> None:
    (talk,) = relay_site.converse(1)
    relay_site.begin("lmtp")
    relay_site.insist(mail_from(talk.writer.email, WORDS, "one"), talk.writer.alias)
    stopped = relay_site.begin("worker", FALLS_AT=step)
    until(lambda: relay_site.fell)

    second = relay_site.begin("worker")
    relay_site.until_done()
    assert len(copies(server, WORDS)) >= 1

    second.kill()
    stopped.tell(signal.SIGCONT)  # it goes on with what is another's by now
    until(lambda: len(copies(server, WORDS)) >= arrive)
    time.sleep(1)
    assert stopped.alive
    # A lease lasts a second here: on a busy machine it may end while a mail is handed over.
    assert len(set(copies(server, WORDS))) == 1
    assert relay_site.kept(WORDS) == 1
    assert relay_site.waiting() == (0, 0)
    states = relay_site.count("SELECT DISTINCT state FROM outbox")
    assert states == [("sent",)]


def test_two_workers_at_once_pass_everything_on_once(
    relay_site: RelaySite, server: MailServer
) -> None:
    server.answers["DATA"] = ["250 OK"] * 20 + [HANG]  # then one of them is held up
    talks = relay_site.converse(6)
    relay_site.begin("lmtp")
    relay_site.until_lmtp()
    everything = [f"{WORDS} {letters(number)}" for number in range(48)]
    for number, words in enumerate(everything):
        side = talks[number % 6].side(("writer", "replier")[number % 2])
        raw = mail_from(side.email, words, f"mail.{number}")
        assert relay_site.bring(raw, side.alias) == [250]

    for _ in range(2):
        relay_site.begin("worker", LEASE_SECONDS="100")

    assert server.hung.wait(45)
    until(lambda: len(server.mails) > 21 and relay_site.waiting()[1] == 0)  # the other goes on
    server.released.set()
    relay_site.until_done()
    arrived = {words: copies(server, words) for words in everything}
    assert all(len(set(found)) == 1 for found in arrived.values())
    assert sorted(map(len, arrived.values())) == [1] * 47 + [2]  # the one that was dropped


# --- others wait for nobody -----------------------------------------------------------------------


def test_a_slow_mail_server_holds_up_neither_door_nor_reading(
    relay_site: RelaySite, server: MailServer
) -> None:
    server.answers["DATA"] = [HANG]
    first, second = relay_site.converse(2)
    relay_site.begin_all()
    assert relay_site.say(first, "writer", WORDS).status == 303
    assert server.hung.wait(45)

    late = "I have a car, and could come to you instead."
    relay_site.insist(mail_from(second.writer.email, late, "two"), second.writer.alias)
    until(lambda: relay_site.kept(late))
    assert late in relay_site.said_to(second, "replier")
    assert not server.released.is_set()

    server.released.set()  # it drops what it had
    relay_site.until_done()
    found = copies(server, WORDS)
    assert (len(found), len(set(found))) == (2, 1)
    assert len(copies(server, late)) == 1


def test_a_poisonous_mail_does_not_keep_the_next_good_one_from_coming(
    relay_site: RelaySite, server: MailServer
) -> None:
    (talk,) = relay_site.converse(1)
    relay_site.begin("lmtp")
    relay_site.begin("worker")
    relay_site.until_lmtp()
    for number, poison in enumerate(POISON.values()):
        words = f"{WORDS} {letters(number)}"
        assert relay_site.bring(poison, talk.replier.alias) == [250]
        assert relay_site.bring(
            mail_from(talk.writer.email, words, f"good.{number}"), talk.writer.alias
        ) == [250]
        until(lambda words=words: copies(server, words))  # type: ignore[misc]
    relay_site.until_done()
