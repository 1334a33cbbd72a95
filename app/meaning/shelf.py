"""Where vectors are kept: files that only grow, mapped by every process, made anew when damaged.

Each row is one thing with two sides: a card of fixed width, a vector a side, the vectors of some
phrases of each, and notes to those phrases (whole numbers below 65,536, whoever puts them there
knows what they say). A row counts once its card is written, which is last; the newest row of an id
counts. Nothing here is the truth: the whole folder can be deleted at any moment.
"""

import fcntl
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PHRASES = 10  # a side
SCALE = 127.0  # phrases are kept as whole numbers of 1/127
_NOTES = 3  # numbers that are kept with each phrase
_FILES = ("cards", "first", "second", "phrases", "notes")
_MOSTLY_DEAD = 1000  # rows that may be dead before half of all must be for making it anew

Array = NDArray[np.float32]
Cards = NDArray[Any]


@dataclass(frozen=True, slots=True)
class View:
    """What is on the shelf at one moment: `cards` with an `id` (0: dead), and vectors by row."""

    cards: Cards
    first: Array
    second: Array
    phrases: NDArray[np.int8]
    notes: NDArray[np.uint16]

    def row(self, id: int) -> int | None:
        """The row of this id."""
        found = np.flatnonzero(self.cards["id"] == id)
        return int(found[-1]) if len(found) else None

    def sides(self, row: int) -> tuple[Array, Array]:
        """For each side: its vector, then those of its phrases (zeroes where there is none)."""
        near = self.phrases[row].astype(np.float32) / np.float32(SCALE)
        both = self.first[row], self.second[row]
        one, two = (np.vstack([whole, near[at]]) for at, whole in enumerate(both))
        return one, two


class Shelf:
    """The files in `folder`. Any process may look; one at a time writes."""

    def __init__(self, folder: Path, card: np.dtype[Any], *, width: int, edition: str) -> None:
        """`card` has a field `id`, a number above 0. `width`: numbers a vector.

        `edition` names what the vectors depend on beside the encoder: of another, it is no shelf.
        """
        self._folder, self._card, self._width = folder, card, width
        self.row = np.dtype(
            [
                ("cards", card),
                ("first", "<f4", (width,)),
                ("second", "<f4", (width,)),
                ("phrases", "i1", (2, PHRASES, width)),
                ("notes", "<u2", (2, PHRASES, _NOTES)),
            ]
        )
        self._edition = f"{edition} {width} {card!r}"
        self._seen: tuple[tuple[int, int, int], View] | None = None

    @property
    def kind(self) -> str:
        """By which encoder its vectors were made; '' when there is no shelf, or another one."""
        try:
            said = json.loads((self._folder / "kind.json").read_text())
            return str(said["kind"]) if said["edition"] == self._edition else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def view(self) -> View | None:
        """What is on it now; None when there is none, or when a file is torn."""
        try:
            stat = (self._folder / "cards").stat()
        except OSError:
            return None
        stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns if not stat.st_size else 0)
        if self._seen is None or self._seen[0] != stamp:
            rows = stat.st_size // self._card.itemsize
            try:
                self._seen = (stamp, self._mapped(rows))
            except (OSError, ValueError):
                self._seen = None
        return self._seen[1] if self._seen else None

    def beside(self) -> dict[str, Array]:
        """What was put beside the rows, see `make`; nothing when it is torn."""
        try:
            with (self._folder / "beside.npz").open("rb") as file, np.load(file) as found:
                return {name: found[name] for name in found.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return {}

    def make(self, kind: str, beside: dict[str, Array]) -> None:
        """Make it anew and empty; `beside` are vectors that others are compared with."""
        spare = self._folder.with_name(f"{self._folder.name}.new")
        with self._writing():
            shutil.rmtree(spare, ignore_errors=True)
            spare.mkdir(parents=True)
            for name in _FILES:
                (spare / name).touch(mode=0o600)
            np.savez(spare / "beside.npz", **beside)  # type: ignore[arg-type]
            said = {"kind": kind, "edition": self._edition}
            (spare / "kind.json").write_text(json.dumps(said))
            shutil.rmtree(self._folder, ignore_errors=True)
            spare.rename(self._folder)
            self._seen = None

    def rows(
        self, cards: Cards, sides: Sequence[tuple[Array, Array]], notes: NDArray[np.uint16]
    ) -> Cards:
        """Rows of dtype `self.row`; `sides` are as View.sides gives them.

        `notes`: rows, sides, PHRASES, 3.
        """
        found = np.zeros(len(cards), self.row)
        found["cards"], found["notes"] = cards, notes
        for at, side in enumerate(("first", "second")):
            found[side] = [both[at][0] for both in sides]
            near = np.stack([_padded(both[at]) for both in sides])
            found["phrases"][:, at] = np.rint(near * SCALE)
        return found

    def put(self, rows: Cards) -> None:
        """Add rows as `rows` makes them. What stood under their ids is dead."""
        if not len(rows):
            return
        with self._writing():
            before = self.view()
            if before is None:
                raise OSError("there is no shelf to put vectors on")
            there = len(before.cards)
            for name in (*_FILES[1:], _FILES[0]):  # the cards last
                self._write(name, there, np.ascontiguousarray(rows[name]))
            self._kill(rows["cards"]["id"].tolist(), there)

    def drop(self, ids: Sequence[int]) -> None:
        """Forget these: their rows are dead and their vectors zeroes at once."""
        if ids:
            with self._writing():
                view = self.view()
                self._kill(ids, len(view.cards) if view else 0)

    @property
    def folder(self) -> Path:
        """Where its files are; what else lies there goes with them."""
        return self._folder

    def mostly_dead(self) -> bool:
        """Whether most of it is rows that count no more, so that it is worth making anew."""
        view = self.view()
        if view is None:
            return False
        dead = int(np.count_nonzero(view.cards["id"] == 0))
        return dead > _MOSTLY_DEAD and dead * 2 > len(view.cards)

    def _mapped(self, rows: int) -> View:
        def mapped(name: str, dtype: Any, *shape: int) -> Any:
            if not rows:
                return np.zeros((0, *shape), dtype)
            found = np.memmap(self._folder / name, dtype, "r", shape=(rows, *shape))
            return found.view(np.ndarray)  # quicker to take rows of; the file stays mapped

        return View(
            cards=mapped("cards", self._card),
            first=mapped("first", np.float32, self._width),
            second=mapped("second", np.float32, self._width),
            phrases=mapped("phrases", np.int8, 2, PHRASES, self._width),
            notes=mapped("notes", np.uint16, 2, PHRASES, _NOTES),
        )

    def _write(self, name: str, rows: int, what: Cards) -> None:
        with (self._folder / name).open("r+b") as file:
            file.seek(rows * what[0].nbytes)
            file.write(what.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def _kill(self, ids: Sequence[int], before: int) -> None:
        """Blank the rows of these ids in front of row `before`: their cards last."""
        if not before:
            return
        cards = np.memmap(self._folder / "cards", self._card, "r+", shape=(before,))
        rows = np.flatnonzero(np.isin(cards["id"], list(ids)))
        if not len(rows):
            return
        for name, width in self._widths().items():
            numbers = np.memmap(self._folder / name, np.uint8, "r+", shape=(before, width))
            numbers[rows] = 0
            numbers.flush()
        cards[rows] = np.zeros((), self._card)
        cards.flush()

    def _widths(self) -> dict[str, int]:
        """Bytes a row in each file of vectors."""
        whole = self._width * np.dtype(np.float32).itemsize
        phrases, notes = 2 * PHRASES * self._width, 2 * PHRASES * _NOTES * 2
        return {"first": whole, "second": whole, "phrases": phrases, "notes": notes}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with self._folder.with_name(f"{self._folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _padded(side: Array) -> Array:
    """The phrases of a side, and zeroes for those it has not."""
    found = np.zeros((PHRASES, side.shape[1]), np.float32)
    found[: len(side) - 1] = side[1 : PHRASES + 1]
    return found
