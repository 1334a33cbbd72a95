"""An indexer that is killed at any moment leaves nothing wrong behind."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.config import ROOT
from app.search import merging, projection, whoosh_store
from app.search.index import IndexUnavailable
from app.search.whoosh_index import WhooshIndex
from tests.search.conftest import NOON, Shop
from tests.search.documents import NOW, ad, ask, fill, found, put

KILLS = 30
NURSERY = """
import os, random, signal, sys, threading
from pathlib import Path
import app.search.merging as merging
from app.search.index import IndexUnavailable
from app.search.whoosh_index import WhooshIndex
from tests.search.documents import ad, fill, put

merging._TIER = 3  # so that it merges all the time

def write(folder, seed):
    index, dice = WhooshIndex(Path(folder)), random.Random(seed)

    def merge():
        while True:
            try:
                index.merge(thorough=dice.random() < 0.3)
            except IndexUnavailable:
                pass

    threading.Thread(target=merge, daemon=True).start()
    while True:
        ids = dice.sample(range(1, 60), 4)
        word = dice.choice(("lantern", "ladder", "kettle"))
        if dice.random() < 0.1:
            fill(index, *[ad(id, headline=word) for id in range(1, 60)])
        put(index, *[ad(id, headline=word) for id in ids[:3]], gone=(ids[3],))

signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
for line in sys.stdin:
    folder, seed = line.split()
    if not (child := os.fork()):
        write(folder, int(seed))
    print(child, flush=True)
"""


class Nursery:
    """Makes processes that write and merge until they are killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def writer(self, folder: Path, seed: int) -> Iterator[None]:
        """One that writes to `folder` until the block ends."""
        asking, telling = self._process.stdin, self._process.stdout
        assert asking is not None and telling is not None  # noqa: PT018
        print(folder, seed, file=asking, flush=True)
        child = int(telling.readline())
        try:
            yield
        finally:
            os.kill(child, signal.SIGKILL)
            # One that is killed while it waits for the disk has its lock until the disk answers.
            with suppress(ProcessLookupError):
                while True:
                    os.kill(child, 0)
                    time.sleep(0.005)

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.mark.slow
def test_killed_at_any_moment_the_index_is_whole_and_the_next_writer_goes_on(
    shop: Shop, nursery: Nursery
) -> None:
    for number in range(25):
        shop.post(headline=f"lantern {number}")
    shop.refresh()
    folder, dice = shop.index.folder.path, random.Random(5)
    for kill in range(KILLS):
        with nursery.writer(folder, kill):
            time.sleep(dice.uniform(0.01, 0.4))
        reader = WhooshIndex(folder)
        reader.verify()
        words = [found(reader, word) for word in ("lantern ", "ladder ", "kettle ")]
        assert sorted(id for ids in words for id in ids) == sorted(found(reader))
        ads = reader.fingerprints(NOW)
        with shop.sessions() as session:  # what was written was not of the database: say so
            for id in ads:
                projection.ads.mark_stale(session, id)
            for id in range(1, 26):
                projection.ads.mark_stale(session, id)
            session.commit()
        shop.refresh()
        with shop.sessions() as session:
            assert projection.check(session, shop.index, now=NOON) == []
        assert found(shop.index, "lantern") == set(range(1, 26))


def test_two_indexers_by_mistake_do_no_harm(shop: Shop, nursery: Nursery) -> None:
    folder = shop.index.folder.path
    fill(shop.index)
    with nursery.writer(folder, 1), nursery.writer(folder, 2):
        until, reader = time.monotonic() + 3, WhooshIndex(folder)
        while time.monotonic() < until:
            page = reader.search(ask(), NOW, size=100)
            assert len(set(page.boxes)) == len(page.boxes) == page.total <= 59
    WhooshIndex(folder).verify()


def test_a_full_disk_changes_nothing_and_is_got_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.post(headline="lantern")
    shop.refresh()
    new = shop.post(headline="ladder")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for module, name in (
        (whoosh_store.Gathering, "pack"),
        (whoosh_store._Writer, "_finalize_segment"),
        (whoosh_store.Table, "write"),
        (type(shop.index.folder), "_next_generation"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, full)
            with pytest.raises(OSError, match="No space"):
                shop.refresh()
        assert found(WhooshIndex(shop.index.folder.path)) == {1}
        assert shop.marks() == 1
    assert shop.refresh() == 1
    assert found(shop.index, "ladder") == {int(new)}


def test_a_merge_takes_up_what_was_deleted_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = shop.index
    fill(index, ad(1, headline="lantern"))
    for id in range(2, 12):
        put(index, ad(id, headline="lantern"))
    merge = merging.merge_segments

    def slowly(*arguments: object) -> object:
        merged = merge(*arguments)  # type: ignore[arg-type]
        put(index, ad(4, headline="kettle"), ad(20, headline="ladder"), gone=(3, 11))
        return merged

    monkeypatch.setattr(merging, "merge_segments", slowly)
    assert index.merge(thorough=False)
    assert found(index, "lantern ") == {1, 2, *range(5, 11)}
    assert (found(index, "kettle "), found(index, "ladder ")) == ({4}, {20})
    assert found(WhooshIndex(index.folder.path)) == found(index)
    index.verify()


def test_a_merge_of_what_is_gone_meanwhile_is_dropped(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = shop.index
    for id in range(1, 11):
        fill(index, ad(id)) if id == 1 else put(index, ad(id))
    merge = merging.merge_segments

    def slowly(*arguments: object) -> object:
        merged = merge(*arguments)  # type: ignore[arg-type]
        fill(index, ad(99, headline="button"))
        return merged

    monkeypatch.setattr(merging, "merge_segments", slowly)
    assert not index.merge(thorough=False)
    assert found(index) == {99}


def test_an_open_reader_that_meets_damage_says_so_and_it_is_got_over(shop: Shop) -> None:
    shop.post(headline="lantern")
    shop.refresh()
    assert found(shop.index) == {1}
    for path in shop.index.folder.path.rglob("ads_*"):
        path.write_bytes(b"")
    with pytest.raises(IndexUnavailable):
        shop.index.generation()
    shop.change("000001", headline="kettle")
    shop.refresh()
    assert found(shop.index, "kettle") == {1}


def test_nothing_to_forget_is_nothing_to_do(shop: Shop) -> None:
    fill(shop.index, ad(1), ad(2), ad(3))
    before = shop.index.generation()
    put(shop.index)
    assert not shop.index.merge(thorough=True)
    assert shop.index.generation() == before
