"""The shelf: rows that are found again, torn files, and nothing left of what was dropped."""

from pathlib import Path

import numpy as np
import pytest

from app.meaning.shelf import PHRASES, Shelf

CARD = np.dtype([("id", "<i8"), ("person", "<i8")])
WIDTH = 16


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "vectors", CARD, width=WIDTH, edition="one")
    shelf.make("words", {"middle": np.ones((1, WIDTH), np.float32)})
    return shelf


def put(shelf: Shelf, *ids: int, seed: int = 1) -> None:
    chance = np.random.default_rng(seed)
    rows = chance.standard_normal((len(ids), 2, 3, WIDTH)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    notes = chance.integers(1, 60_000, (len(ids), 2, PHRASES, 3)).astype(np.uint16)
    cards = np.array([(id, 4_000_000_000_000_000 + id) for id in ids], CARD)
    shelf.put(shelf.rows(cards, [(one[0], one[1]) for one in rows], notes))


def pieces(shelf: Shelf, id: int) -> list[bytes]:
    """All that is kept of one row, as it lies in the files."""
    view = shelf.view()
    assert view is not None
    row = view.row(id)
    assert row is not None
    whole = [view.first[row], view.second[row], view.cards[row]["person"].reshape(1)]
    some = [view.phrases[row, side, at] for side in (0, 1) for at in (0, 1)]
    return [piece.tobytes() for piece in (*whole, *some, *view.notes[row].reshape(-1, 3))]


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("how", ["dropped", "changed"])
def test_nothing_is_left_of_what_went(shelf: Shelf, tmp_path: Path, how: str) -> None:
    put(shelf, 1, 2, 3)
    gone, kept = pieces(shelf, 2), pieces(shelf, 3)
    assert all(piece in files(tmp_path) for piece in gone)

    if how == "dropped":
        shelf.drop([2])
    else:
        put(shelf, 2, seed=2)
        gone = [piece for piece in gone if piece != pieces(shelf, 2)[2]]  # the same person

    assert not [piece for piece in gone if piece in files(tmp_path)]
    assert all(piece in files(tmp_path) for piece in kept)


def test_the_newest_row_of_an_id_counts(shelf: Shelf) -> None:
    put(shelf, 1, 2)
    before = pieces(shelf, 1)
    put(shelf, 1, seed=2)

    view = shelf.view()
    assert view is not None
    assert view.cards["id"].tolist() == [0, 2, 1]
    assert pieces(shelf, 1) != before


def test_a_view_that_is_held_sees_what_was_dropped_as_nothing(shelf: Shelf) -> None:
    put(shelf, 1, 2)
    held = shelf.view()
    assert held is not None
    shelf.drop([1])

    assert held.row(1) is None
    assert not held.first[0].any()


@pytest.mark.parametrize("change", ["edition", "width", "card"])
def test_a_shelf_of_another_make_is_none(shelf: Shelf, tmp_path: Path, change: str) -> None:
    assert shelf.kind == "words"
    card = np.dtype([("id", "<i8")]) if change == "card" else CARD
    width, edition = WIDTH + (change == "width"), "two" if change == "edition" else "one"

    assert Shelf(tmp_path / "vectors", card, width=width, edition=edition).kind == ""


def test_what_lies_beside_is_whole_or_nothing(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.beside()["middle"].tolist() == [[1.0] * WIDTH]
    path = tmp_path / "vectors/beside.npz"
    path.write_bytes(path.read_bytes()[:50])

    assert shelf.beside() == {}
