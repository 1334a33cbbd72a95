"""Where vectors are kept: files that only grow, mapped by every process, made anew when damaged.

Each row is one thing with two sides: a card of fixed width, a vector a side, and the vectors of
some phrases of each. A row counts once its card is written, which is last; the newest row of an id
counts. Nothing here is the truth: the whole folder can be deleted at any moment.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.meaning.encoder import WIDTH

PHRASES = 6  # a side
SCALE = 127.0  # phrases are kept as whole numbers of 1/127
_FILES = ("cards", "first", "second", "phrases")
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

    def __init__(self, folder: Path, card: np.dtype[Any]) -> None:
        """`card` has a field `id`, a number above 0."""
        self._folder, self._card = folder, card
        self._seen: tuple[tuple[int, int, int], View] | None = None

    @property
    def kind(self) -> str:
        """By which encoder its vectors were made; '' when there is no shelf, or another one."""
        try:
            said = json.loads((self._folder / "kind.json").read_text())
            return str(said["kind"]) if said["card"] == repr(self._card) else ""
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

    def anchors(self) -> Array | None:
        """The vectors that were put beside the rows, see `make`."""
        try:
            found: Array = np.load(self._folder / "anchors.npy")
        except (OSError, ValueError, EOFError):
            return None
        return found if found.ndim == 2 and found.shape[1] == WIDTH else None

    def make(self, kind: str, anchors: Array) -> None:
        """Make it anew and empty; `anchors` are vectors that others are compared with."""
        spare = self._folder.with_name(f"{self._folder.name}.new")
        with self._writing():
            shutil.rmtree(spare, ignore_errors=True)
            spare.mkdir(parents=True)
            for name in _FILES:
                (spare / name).touch(mode=0o600)
            np.save(spare / "anchors.npy", anchors)
            (spare / "kind.json").write_text(json.dumps({"kind": kind, "card": repr(self._card)}))
            shutil.rmtree(self._folder, ignore_errors=True)
            spare.rename(self._folder)
            self._seen = None

    def put(self, cards: Cards, sides: Sequence[tuple[Array, Array]]) -> None:
        """Add rows; `sides` are as View.sides gives them. What stood under their ids is dead."""
        if not len(cards):
            return
        with self._writing():
            before = self.view()
            if before is None:
                raise OSError("there is no shelf to put vectors on")
            rows = len(before.cards)
            wholes = np.array([[one[0], two[0]] for one, two in sides], np.float32)
            self._write("first", rows, np.ascontiguousarray(wholes[:, 0]))
            self._write("second", rows, np.ascontiguousarray(wholes[:, 1]))
            near = np.stack([np.stack([_padded(one), _padded(two)]) for one, two in sides])
            self._write("phrases", rows, np.rint(near * SCALE).astype(np.int8))
            self._write("cards", rows, cards.astype(self._card))
            self._kill(cards["id"].tolist(), rows)

    def drop(self, ids: Sequence[int]) -> None:
        """Forget these: their rows are dead and their vectors zeroes at once."""
        if ids:
            with self._writing():
                view = self.view()
                self._kill(ids, len(view.cards) if view else 0)

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
            return np.memmap(self._folder / name, dtype, "r", shape=(rows, *shape))

        return View(
            cards=mapped("cards", self._card),
            first=mapped("first", np.float32, WIDTH),
            second=mapped("second", np.float32, WIDTH),
            phrases=mapped("phrases", np.int8, 2, PHRASES, WIDTH),
        )

    def _write(self, name: str, rows: int, what: Cards) -> None:
        with (self._folder / name).open("r+b") as file:
            file.seek(rows * what[0].nbytes)
            file.write(what.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def _kill(self, ids: Sequence[int], before: int) -> None:
        """The rows of these ids in front of row `before`."""
        if not before:
            return
        shape = (before,)
        cards = np.memmap(self._folder / "cards", self._card, "r+", shape=shape)
        rows = np.flatnonzero(np.isin(cards["id"], list(ids)))
        cards["id"][rows] = 0
        cards.flush()
        for name, width in (("first", WIDTH), ("second", WIDTH)):
            if len(rows):
                numbers = np.memmap(self._folder / name, np.float32, "r+", shape=(before, width))
                numbers[rows] = 0
                numbers.flush()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with self._folder.with_name(f"{self._folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _padded(side: Array) -> Array:
    """The phrases of a side, and zeroes for those it has not."""
    found = np.zeros((PHRASES, WIDTH), np.float32)
    found[: len(side) - 1] = side[1 : PHRASES + 1]
    return found
