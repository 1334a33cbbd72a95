"""The database locked, the disk full, the index damaged: the site says so kindly, and goes on."""

import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.db import db
from app.mail.models import OutboxMail
from tests import postgres
from tests.faults.site import Answer, Site, email, family
from tests.outside import outside
from tests.waiting import until

UNTOUCHED = resource.RLIM_INFINITY
pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")


def posted(site: Site, *numbers: int) -> list[Answer]:
    return [site.post("/ads/new", site.ad(number), source=number) for number in numbers]


def kept(site: Site) -> tuple[set[str], set[str]]:
    """Whose ads, and to whom mails, stand in the database."""
    with site.inside(), Session(db.engine) as session:
        writers = {ad.person.email.reveal() for ad in session.scalars(sa.select(Ad))}
        mails = {mail.recipient.reveal() for mail in session.scalars(sa.select(OutboxMail))}
    return writers, mails


def assert_designed(answer: Answer) -> None:
    """The board's own page for 503, which says that nothing is lost and when to come back."""
    assert answer.status == 503
    assert "Back in a moment" in answer.text
    assert "What was accepted is safe" in answer.text
    assert 'href="/static/board.css"' in answer.text


# --- the database is locked -----------------------------------------------------------------------


LOCK = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": ("BEGIN", "LOCK TABLE ads, outbox, people, incoming IN EXCLUSIVE MODE"),
}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with outside(folder) as other:
        for step in LOCK["postgresql" if postgres.WANTED else "sqlite"]:
            other.exec_driver_sql(step)
        yield
        other.exec_driver_sql("ROLLBACK")


def test_a_locked_database_is_told_and_nothing_is_lost(site: Site) -> None:
    site.web(BUSY_SECONDS="0.4")
    assert [answer.status for answer in posted(site, 1)] == [303]

    with locked(site.folder):
        (refused,) = posted(site, 2)
        reading = [site.get(path).status for path in ("/", "/ads", "/ads/new", "/help")]

    assert_designed(refused)
    assert refused.seconds < 3
    assert reading == [200] * 4
    assert kept(site) == ({email(1)}, {email(1)})
    assert [answer.status for answer in posted(site, 2)] == [303]  # the same form again
    assert kept(site) == ({email(1), email(2)}, {email(1), email(2)})


# --- the disk is full -----------------------------------------------------------------------------


@contextmanager
def full_disk(pids: set[int]) -> Iterator[None]:
    """None of these processes may make any file longer than it is by more than a few bytes."""
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, UNTOUCHED))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (UNTOUCHED, UNTOUCHED))


@postgres.only_sqlite("a server’s disk cannot be filled up from here")
def test_a_full_disk_is_told_and_what_was_accepted_is_there(site: Site) -> None:
    web = site.web()
    assert [answer.status for answer in posted(site, 1, 2)] == [303] * 2

    with full_disk({web.pid} | family(web.pid)):
        refused = posted(site, 3, 4)
        reading = [site.get(path).status for path in ("/", "/ads", "/ads/new", "/help")]

    for answer in refused:
        assert_designed(answer)
    assert reading == [200] * 4
    assert kept(site) == ({email(1), email(2)}, {email(1), email(2)})
    assert [answer.status for answer in posted(site, 3)] == [303]
    assert kept(site)[0] == {email(1), email(2), email(3)}


def test_a_worker_outlives_a_full_disk(site: Site) -> None:
    process = site.serve()
    with full_disk({worker_of(process.pid)}):
        assert [answer.status for answer in posted(site, 1)] == [303]
        time.sleep(1.2)  # some turns
        assert (process.poll(), site.mails()) == (None, [])
    assert site.link(1)  # the mail comes all the same


def worker_of(parent: int) -> int:
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in family(parent)}
    (worker,) = [pid for pid, line in lines.items() if line.split("\0")[1:3] == ["-m", "app.boot"]]
    return worker


# --- the index is damaged -------------------------------------------------------------------------


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def delete(folder: Path) -> None:
    shutil.rmtree(folder.rename(folder.with_name("gone")))  # at once: the worker makes it anew


def cut_short(folder: Path) -> None:
    for path in files(folder):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(folder: Path) -> None:
    for path in files(folder):
        path.write_bytes(b"")


def flip_bits(folder: Path) -> None:
    for path in files(folder):
        content = bytearray(path.read_bytes())
        for at in range(0, len(content), 97):
            content[at] ^= 0x10
        path.write_bytes(bytes(content))


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x01
    path.write_bytes(bytes(content))


def flip_bits_but_not_the_manifest(folder: Path) -> None:
    for path in files(folder):
        if path.name != "current":
            flip_a_bit(path)


def flip_bits_in_the_contents(folder: Path) -> None:
    (contents,) = folder.rglob("*.toc")
    flip_a_bit(contents)


DAMAGES = [
    delete,
    cut_short,
    empty,
    flip_bits,
    flip_bits_but_not_the_manifest,
    flip_bits_in_the_contents,
]
turn = iter(range(1, 100))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_made_anew_while_pages_go_on(
    served: Site, damage: Callable[[Path], None]
) -> None:
    damage(served.folder / "index")

    for path in ("/", "/ads", "/ads?q=bread", "/ads?kind=seeks&sector=health", "/help"):
        assert served.get(path).status == 200, path
    box, _ = served.publish(next(turn))
    assert served.get(f"/ads/{box}").status == 200
    until(lambda: box in served.get("/ads?q=shopkeeper").text)
    until(lambda: served.run("search", "check").stdout == "0 differences.\n")


def test_a_web_that_starts_on_a_damaged_index_finds_all_the_same(site: Site) -> None:
    lines = site.folder / "one.jsonl"
    lines.write_text(
        '{"kind": "seeks", "headline": "Lambing on one’s own", "seeks": "A shepherd to ask.", '
        '"offers": "First aid", "sector": "health", "modes": ["phone"], "rhythm": "once", '
        '"box": "7K2M9Q", "name": "Gwen", "email": "gwen@home.example", "confirmed": true}\n'
    )
    site.web()
    assert "1 added" in site.run("ads", "import", str(lines)).stdout
    site.end()
    flip_bits_but_not_the_manifest(site.folder / "index")
    site.web()
    assert "7K2M9Q" in site.get("/ads?q=lambing").text
