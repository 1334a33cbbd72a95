"""Restoring: into an empty board only, of a whole file only, and all of it or nothing."""

import hashlib
import json
import random
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backup import revisions
from app.backup.archive import Archive
from app.backup.troubles import Torn
from app.db import engine_of
from app.search import projection
from tests.backup.conftest import KINDS, Place
from tests.backup.life import ask, change, sums
from tests.backup.running import crowded, marked, start, until_come

Empty = Callable[[str], Place]


@pytest.fixture
def file(old: Place, tmp_path: Path) -> Path:
    old.does("backup", str(tmp_path / "a.backup"))
    return tmp_path / "a.backup"


def rows_in(place: Place) -> int:
    return sum(one.rows for one in sums(place.url).values())


# --- where to -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_board_is_never_written_over(file: Path, empty: Empty, kind: str) -> None:
    new = empty(kind)
    new.does("restore", str(file))
    change(new.url, "DELETE FROM stale_marks")
    before = sums(new.url)

    assert "holds a board already" in new.refuses("restore", str(file))

    assert sums(new.url) == before


def test_one_row_is_a_board(file: Path, empty: Empty) -> None:
    new = empty("sqlite")
    revisions.upgrade(engine_of(new.url))
    change(new.url, "INSERT INTO tallies (name, count) VALUES ('refused', 1)")

    assert "(1 rows)" in new.refuses("restore", str(file))


@pytest.mark.parametrize("kind", KINDS)
def test_empty_tables_of_any_version_will_do(
    old: Place, file: Path, empty: Empty, kind: str
) -> None:
    upgraded, early = empty(kind), empty(kind)
    revisions.upgrade(engine_of(upgraded.url))
    revisions.bring_to(engine_of(early.url), "0004")

    for new in (upgraded, early):
        new.does("restore", str(file))
        assert sums(new.url) == sums(old.url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    old: Place, empty: Empty, tmp_path: Path, kind: str
) -> None:
    early, new = empty("sqlite"), empty(kind)
    revisions.bring_to(engine_of(early.url), "0008")
    change(early.url, "INSERT INTO tallies (name, count) VALUES ('refused', 7)")
    early.does("backup", str(tmp_path / "early.backup"))

    new.does("restore", str(tmp_path / "early.backup"))

    assert sums(new.url).keys() == sums(old.url).keys()
    assert ask(new.url, "SELECT * FROM tallies") == [("refused", 7)]
    with engine_of(new.url).connect() as one, engine_of(old.url).connect() as other:
        assert revisions.revision_of(one) == revisions.revision_of(other)


# --- which file -----------------------------------------------------------------------------------


def test_a_file_that_was_cut_off_is_refused(file: Path, empty: Empty) -> None:
    whole = file.read_bytes()
    new = empty("sqlite")
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        assert "torn or was altered" in new.refuses("restore", str(file))
    assert not (new.folder / "board.db").exists() or sums(new.url) == {}


def test_files_of_other_kinds_are_refused(old: Place, empty: Empty, tmp_path: Path) -> None:
    new = empty("sqlite")
    other = tmp_path / "other"
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hello.txt", "hello")
    assert "torn or was altered" in new.refuses("restore", str(other))
    assert "torn or was altered" in new.refuses("restore", str(old.folder / "board.db"))


def altered(file: Path, **manifest: Any) -> Path:
    """The same backup with another manifest, sealed as if it had always been so."""
    made = file.with_name("altered.backup")
    with (
        zipfile.ZipFile(file) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist()[:-1]:
            new.writestr(name, old.read(name))
        told = json.dumps(json.loads(old.read("manifest.json")) | manifest).encode()
        new.writestr("manifest.json", told)
        new.comment = hashlib.sha256(told).hexdigest().encode()
    return made


def test_a_newer_version_is_asked_for(file: Path, empty: Empty) -> None:
    new = empty("sqlite")
    for later in ({"edition": 2}, {"revision": "4711"}):
        assert "newer version" in new.refuses("restore", str(altered(file, **later)))
    assert rows_in(new) == 0


def test_a_row_more_or_less_is_seen(file: Path, empty: Empty) -> None:
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))["tables"]
    told["people"]["rows"] += 1

    new = empty("sqlite")
    assert "torn or was altered" in new.refuses("restore", str(altered(file, tables=told)))
    assert rows_in(new) == 0


def everything_in(file: Path) -> dict[str, list[list[bytes]]]:
    with Archive(file) as archive:
        archive.check(lambda _: None)
        return {name: list(archive.parts(name)) for name in archive.tables}


@pytest.fixture(scope="module")
def sealed(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """A backup’s bytes, and a file to write others into."""
    folder = tmp_path_factory.mktemp("sealed")
    shutil.copytree(lived, folder / "old")
    place = Place(folder / "old", f"sqlite:///{folder}/old/board.db")
    place.does("backup", str(folder / "a.backup"))
    return (folder / "a.backup").read_bytes(), folder / "bent.backup"


@given(at=st.integers(0, 1 << 30), flipped=st.integers(1, 255))
def test_no_flipped_byte_changes_a_row(sealed: tuple[bytes, Path], at: int, flipped: int) -> None:
    whole, file = sealed
    bent = bytearray(whole)
    bent[at % len(bent)] ^= flipped
    file.write_bytes(bent)

    try:
        read = everything_in(file)
    except Torn:
        return
    file.write_bytes(whole)  # what a zip says twice, or for nothing, may be anything
    assert read == everything_in(file)


# --- all or nothing -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_moment_it_can_be_done_again(
    old: Place, empty: Empty, tmp_path: Path, kind: str
) -> None:
    crowded(old.url, 15_000)
    old.does("backup", str(tmp_path / "a.backup"))
    right, chance = sums(old.url), random.Random(7)
    new = empty(kind)
    begun = time.monotonic()
    empty("sqlite").does("restore", str(tmp_path / "a.backup"))
    usual = time.monotonic() - begun

    for _ in range(3):
        process = start(new, "restore", str(tmp_path / "a.backup"))
        until_come(new, 0, process)  # its tables are there
        time.sleep(chance.uniform(0, usual))
        process.kill()
        process.communicate()
        assert rows_in(new) in (0, rows_in(old))

    if rows_in(new) == 0 or marked(new):
        new.does("restore", str(tmp_path / "a.backup"))
    assert sums(new.url) == right
    assert not marked(new)
    assert new.does("search", "check") == "0 differences.\n"


def test_what_is_left_to_do_is_done_the_next_time(
    old: Place, file: Path, empty: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "_PATIENCE", 0.1)
    new = empty("sqlite")
    with new.inside() as app:
        writing = app.extensions["index"].wait_to_write(1)
        with writing:
            assert "Another process writes the index" in new.refuses("restore", str(file))
    assert marked(new)
    right = sums(old.url)
    change(old.url, "INSERT INTO tallies (name, count) VALUES ('refused', 1)")
    old.does("backup", str(tmp_path / "b.backup"))  # in the same second it might be the same file
    assert "Give the command again" in new.refuses("restore", str(tmp_path / "b.backup"))
    assert "still on its way" in new.refuses("backup", str(tmp_path / "c.backup"))

    new.does("restore", str(file))

    assert sums(new.url) == right
    assert new.does("search", "check") == "0 differences.\n"
    assert "holds a board already" in new.refuses("restore", str(file))
