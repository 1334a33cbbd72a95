"""A whole board into another database and back: compared, resumed, and never half believed."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.backup import moving, revisions
from tests.backup.conftest import KINDS, Place
from tests.backup.life import ask, change, sums
from tests.backup.running import come, crowded, marked, start, until_come

Empty = Callable[[str], Place]


@pytest.mark.parametrize("kind", KINDS)
def test_a_board_goes_there_and_back(old: Place, empty: Empty, kind: str) -> None:
    there, back = empty(kind), empty("sqlite")

    said = old.does("board", "move", "--to", there.url)
    there.does("board", "move", "--to", back.url)

    assert "compared, and the same" in said
    assert sums(there.url) == sums(back.url) == sums(old.url)
    there.does("search", "rebuild")
    assert there.does("search", "check") == "0 differences.\n"
    for place in (there, back):
        change(place.url, "INSERT INTO stale_marks (ad_id) VALUES (1)")
    marks = "SELECT max(id) FROM stale_marks"
    assert ask(there.url, marks) == ask(back.url, marks)


def test_where_to_may_be_said_by_the_environment(
    old: Place, empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = empty("sqlite")
    monkeypatch.setenv("MOVE_TO", new.url)

    old.does("board", "move")

    assert sums(new.url) == sums(old.url)


@pytest.mark.parametrize("kind", KINDS)
def test_it_never_goes_over_another_board(old: Place, empty: Empty, kind: str) -> None:
    new = empty(kind)
    old.does("board", "move", "--to", new.url)
    before = sums(new.url)

    assert "holds a board already" in old.refuses("board", "move", "--to", new.url)
    assert "the board is in" in old.refuses("board", "move", "--to", old.url)
    assert sums(new.url) == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bothways:quillovox@127.0.0.1:1/bothways",
        "postgresql://bothways:quillovox@127.0.0.1:1/",
        "mysql://bothways:quillovox@127.0.0.1/bothways",
        "quillovox",
    ],
)
def test_a_password_is_never_printed(old: Place, url: str) -> None:
    assert "quillovox" not in old.refuses("board", "move", "--to", url)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_moment_it_goes_on_where_it_was(old: Place, empty: Empty, kind: str) -> None:
    crowded(old.url, 40_000)
    (people,) = ask(old.url, "SELECT count(*) FROM people")[0]
    new, chance, seen = empty(kind), random.Random(11), [0]
    for part in (0.1, 0.6):
        process = start(old, "board", "move", MOVE_TO=new.url)
        until_come(new, int(people * part), process)
        time.sleep(chance.uniform(0, 0.2))
        process.kill()
        process.communicate()
        seen.append(come(new))
    assert 0 < seen[1] < seen[2]
    assert marked(new)
    assert "still on its way" in new.refuses("backup", str(new.folder / "half.backup"))
    before = _born(new, kind)

    old.does("board", "move", "--to", new.url)

    assert sums(new.url) == sums(old.url)
    assert not marked(new)
    assert _born(new, kind) == before  # what had come was not carried again
    assert "holds a board already" in old.refuses("board", "move", "--to", new.url)


def _born(place: Place, kind: str) -> object:
    """What tells a row from the same one put there again: where it lies, or by whom."""
    if kind == "sqlite":
        return None  # SQLite says nothing of it
    return ask(place.url, "SELECT ctid::text, xmin::text FROM counts ORDER BY key LIMIT 100")


@pytest.mark.parametrize("kind", KINDS)
def test_what_came_meanwhile_is_noticed_and_carried_the_next_time(
    old: Place, empty: Empty, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = empty(kind)
    load = moving.load

    def while_the_board_goes_on(*args: object, **more: object) -> None:
        load(*args, **more)  # type: ignore[arg-type]
        change(old.url, "UPDATE ads SET headline = 'Changed meanwhile' WHERE id = 1")
        change(old.url, "INSERT INTO tallies (name, count) VALUES ('zz', 1)")

    monkeypatch.setattr(moving, "load", while_the_board_goes_on)
    said = old.refuses("board", "move", "--to", new.url)
    assert "went on meanwhile (" in said
    assert "ads" in said
    assert "tallies" in said
    assert marked(new)
    monkeypatch.undo()

    old.does("board", "move", "--to", new.url)

    assert sums(new.url) == sums(old.url)
    assert ask(new.url, "SELECT headline FROM ads WHERE id = 1") == [("Changed meanwhile",)]
    with pytest.raises(sa.exc.DBAPIError):  # what was cleared away in between is guarded again
        change(new.url, "DELETE FROM moderation_log")


def test_a_board_that_was_used_since_is_left_alone(
    old: Place, empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = empty("sqlite")
    monkeypatch.setattr(moving, "finish", _stop)
    with pytest.raises(AssertionError):
        raise old.run("board", "move", "--to", new.url).exception or SystemExit
    monkeypatch.undo()
    change(new.url, "UPDATE ads SET headline = 'Written in the new one' WHERE id = 1")

    assert "has been used since" in old.refuses("board", "move", "--to", new.url)

    assert ask(new.url, "SELECT headline FROM ads WHERE id = 1") == [("Written in the new one",)]


def test_one_that_broke_off_at_the_very_end_is_compared_again(
    old: Place, empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = empty("sqlite")
    monkeypatch.setattr(revisions, "upgrade", _stop)
    assert isinstance(old.run("board", "move", "--to", new.url).exception, AssertionError)
    monkeypatch.undo()
    assert marked(new)
    changed = "UPDATE ads SET headline = 'Written in the old one' WHERE id = 1"
    (before,) = ask(old.url, "SELECT headline FROM ads WHERE id = 1")
    change(old.url, changed)

    said = old.refuses("board", "move", "--to", new.url)

    assert "went on meanwhile (ads)" in said
    assert "Name a new, empty one." in said
    change(old.url, f"UPDATE ads SET headline = '{before[0]}' WHERE id = 1")
    old.does("board", "move", "--to", new.url)
    assert not marked(new)
    assert sums(new.url) == sums(old.url)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_starts_on_a_board_that_is_still_on_its_way(
    old: Place, empty: Empty, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = empty(kind)
    monkeypatch.setattr(moving, "finish", _stop)
    old.run("board", "move", "--to", new.url)
    monkeypatch.undo()

    starting = start(new, "db", "upgrade")
    assert "Error: A board is still on its way into this database" in starting.communicate()[0]
    assert starting.returncode == 1
    old.does("board", "move", "--to", new.url)
    starting = start(new, "db", "upgrade")
    starting.communicate()
    assert starting.returncode == 0


@pytest.mark.parametrize("kind", KINDS[1:])
def test_what_goes_with_the_database_before_does_not_count_for_the_new_one(
    old: Place, empty: Empty, kind: str
) -> None:
    there, back = empty(kind), empty("sqlite")
    old.does("board", "move", "--to", there.url)

    there.does(
        *("board", "move", "--to", back.url),
        search_url="postgresql:",
        database_read_url=there.url,
    )

    assert sums(back.url) == sums(old.url)


def _stop(*_: object, **__: object) -> None:
    raise AssertionError("killed here")


@pytest.mark.parametrize(
    ("put", "said"),
    [
        ("UPDATE ads SET about = 'a' || char(0) || 'b' WHERE id = 1", "a NUL character"),
        (f"UPDATE ads SET name = '{'x' * 41}' WHERE id = 1", "more than 40 characters"),
        (f"UPDATE ads SET capacity = {2**31} WHERE id = 1", "a number too large"),
    ],
)
@pytest.mark.parametrize("kind", KINDS[1:])
def test_what_postgresql_cannot_keep_is_named(
    old: Place, empty: Empty, kind: str, put: str, said: str
) -> None:
    change(old.url, put)
    new = empty(kind)

    refused = old.refuses("board", "move", "--to", new.url)

    assert f"of the row 1: {said}" in refused
    change(old.url, "UPDATE ads SET about = '', name = 'Gwen', capacity = 1 WHERE id = 1")
    old.does("board", "move", "--to", new.url)
    assert sums(new.url) == sums(old.url)


def test_a_key_that_lies_beside_the_old_database_is_named(old: Place, empty: Empty) -> None:
    said = old.does("board", "move", "--to", empty("sqlite").url, secret_key="")

    assert str(Path(old.folder) / "secret_key") in said
