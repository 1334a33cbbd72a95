"""The whole board in one file, made while it runs, and a board made of that file."""

import itertools
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.backup.tables import is_derived
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import Base, engine_of, transaction
from app.migrating import CARRYING
from app.moderation.things import handle_of
from app.people import service as people
from tests.backup.conftest import KINDS, Place
from tests.backup.life import GWEN, ask, change, empty_tables, sums

Empty = Callable[[str], Place]


def lines(file: Path, table: str) -> list[list[object]]:
    with zipfile.ZipFile(file) as archive:
        return [json.loads(line) for line in archive.read(f"rows/{table}.jsonl").splitlines()]


def test_the_board_of_these_tests_has_everything(old: Place) -> None:
    known = {name for name in Base.metadata.tables if not is_derived(name)}

    assert set(sums(old.url)) == known
    assert empty_tables(old.url) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_board_is_restored_as_it_was(old: Place, empty: Empty, tmp_path: Path, kind: str) -> None:
    said = old.does("backup", str(tmp_path / "a.backup"))
    assert "read again and whole" in said
    new = empty(kind)

    said = new.does("restore", str(tmp_path / "a.backup"))

    (ads,) = ask(old.url, "SELECT count(*) FROM ads")[0]
    assert said.startswith(f"{ads} ads, ")
    assert sums(new.url) == sums(old.url)
    assert new.does("search", "check") == "0 differences.\n"
    with engine_of(new.url).connect() as connection:
        assert not sa.inspect(connection).has_table(CARRYING)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_never_come_back(old: Place, empty: Empty, tmp_path: Path, kind: str) -> None:
    change(old.url, "INSERT INTO stale_marks (id, ad_id) VALUES (7000, 1)")
    change(old.url, "DELETE FROM stale_marks WHERE id = 7000")
    (people_before,) = ask(old.url, "SELECT max(id) FROM people")[0]
    old.does("backup", str(tmp_path / "a.backup"))
    new = empty(kind)
    new.does("restore", str(tmp_path / "a.backup"))

    with new.inside() as app, app.app_context(), transaction() as session:
        person = people.meet(session, email=Address("eirlys@new.example"), now=utcnow())
        session.flush()
        assert person.id == people_before + 1
    change(new.url, "INSERT INTO stale_marks (ad_id) VALUES (1)")
    assert ask(new.url, "SELECT max(id) FROM stale_marks") == [(7001,)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_is_guarded_still(old: Place, empty: Empty, tmp_path: Path, kind: str) -> None:
    old.does("backup", str(tmp_path / "a.backup"))
    new = empty(kind)
    new.does("restore", str(tmp_path / "a.backup"))

    for deed in ("DELETE FROM moderation_log", "UPDATE moderation_log SET reason = 'dating'"):
        with pytest.raises(sa.exc.DBAPIError):
            change(new.url, deed)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_board_goes_to_postgresql_and_back_by_files(
    old: Place, empty: Empty, tmp_path: Path, kind: str
) -> None:
    there, back = empty(kind), empty("sqlite")
    old.does("backup", str(tmp_path / "a.backup"))
    there.does("restore", str(tmp_path / "a.backup"))
    there.does("backup", str(tmp_path / "b.backup"))

    back.does("restore", str(tmp_path / "b.backup"))

    assert sums(back.url) == sums(old.url)
    with zipfile.ZipFile(tmp_path / "a.backup") as one, zipfile.ZipFile(tmp_path / "b.backup") as b:
        for name in one.namelist()[:-1]:
            assert one.read(name) == b.read(name), name


# --- the file -------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone_and_replaces_nothing(old: Place, tmp_path: Path) -> None:
    file = tmp_path / "files/a.backup"
    assert "No such file" in old.refuses("backup", str(file))
    file.parent.mkdir()
    old.does("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()

    assert "there already" in old.refuses("backup", str(file))
    assert file.read_bytes() == before

    old.does("backup", "--force", str(file))
    assert [path.name for path in file.parent.iterdir()] == ["a.backup"]


def test_what_a_killed_backup_left_is_written_over(old: Place, tmp_path: Path) -> None:
    left = tmp_path / ".a.backup.part"
    left.write_bytes(b"x" * 10_000_000)
    left.chmod(0o644)

    old.does("backup", str(tmp_path / "a.backup"))

    assert not left.exists()
    assert (tmp_path / "a.backup").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.backup").stat().st_size < 1_000_000


def test_only_rows_hold_addresses(old: Place, tmp_path: Path) -> None:
    said = old.does("backup", str(tmp_path / "a.backup"))

    with zipfile.ZipFile(tmp_path / "a.backup") as archive:
        manifest = archive.read("manifest.json").decode()
        assert GWEN in archive.read("rows/people.jsonl").decode()
    assert "@" not in manifest + said
    assert json.loads(manifest)["base_url"] == "http://localhost"


def test_there_must_be_a_board(empty: Empty, tmp_path: Path) -> None:
    new = empty("sqlite")

    assert "flask db upgrade" in new.refuses("backup", str(tmp_path / "a.backup"))
    assert list(tmp_path.glob("*backup*")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_one_moments_state_while_the_board_goes_on(
    old: Place, empty: Empty, tmp_path: Path, kind: str
) -> None:
    place = empty(kind)
    old.does("board", "move", "--to", place.url)
    stop = threading.Event()

    def go_on(app: Flask) -> None:
        for number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count()):
            with app.app_context(), transaction() as session:
                email = Address(f"person{number}@busy.example")
                person = people.meet(session, email=email, now=utcnow())
                session.flush()
                handle_of(session, person)

    with place.inside() as app:  # compiles, which Python 3.11 can’t beside others
        busy = threading.Thread(target=go_on, args=(app,))
        (were,) = ask(place.url, "SELECT count(*) FROM people")[0]
        (had,) = ask(place.url, "SELECT count(*) FROM handles")[0]
        busy.start()
        try:
            for turn in range(6):
                place.does("backup", str(tmp_path / f"{turn}.backup"))
        finally:
            stop.set()
            busy.join()

        seen = [
            (len(lines(file, "people")) - were, len(lines(file, "handles")) - had)
            for file in sorted(tmp_path.glob("*.backup"))
        ]
        assert all(people == handles for people, handles in seen), seen
        assert seen[0] < seen[-1]


def test_who_is_erased_is_in_no_later_backup(old: Place, tmp_path: Path) -> None:
    old.does("backup", str(tmp_path / "before.backup"))
    change(old.url, f"DELETE FROM people WHERE email = '{GWEN}'")
    old.does("backup", str(tmp_path / "after.backup"))

    assert GWEN in str(lines(tmp_path / "before.backup", "people"))
    assert GWEN not in str(lines(tmp_path / "after.backup", "people"))
