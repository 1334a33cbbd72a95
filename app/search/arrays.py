"""Reading the side file of a segment: its cards, terms and postings as plain arrays.

What is always wanted stands in front and is read once; postings are read a term at a time, each
slice with a checksum of its own. Slices are read, never mapped: a mapped file that is cut short
ends the process, and reading costs no more. Pure but for the file itself.
"""

import json
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.cards import CARD
from app.search.entries import BETWEEN

POSITION_BITS = 16
WEIGHTS = 20  # weights are kept in twentieths
MOST_ADS = 1 << 16  # of one segment, since rows take two bytes

HEAD = struct.Struct("<8sIIQ")  # magic, size and CRC-32 of the front, size of the whole
MAGIC = b"bwarray1"
_FEW_ADS = 500  # up to which a dictionary of the terms is worth its memory

Numbers = NDArray[Any]
_NO_ROWS, _NO_WEIGHTS = np.zeros(0, "<u2"), np.zeros(0, np.float32)
_NO_KEYS = np.zeros(0, np.int64)


class Damaged(Exception):
    """The side file is not as it was written."""


class Readable(Protocol):
    """The cards, skills and terms of some ads; what `Arrays` says of each."""

    cards: Numbers
    skills: list[str]
    pairs: Numbers

    def postings(self, field: str, term: str) -> tuple[Numbers, Numbers]: ...

    def positions(self, field: str, term: str) -> NDArray[np.int64]: ...

    def having(self, field: str, term: str) -> int: ...

    def beginning(self, field: str, prefix: str, limit: int) -> Iterable[tuple[str, int]]: ...

    def plain(self, field: str, widest: int) -> tuple[Numbers, Numbers]: ...


class Stored(Protocol):
    """Where the bytes of a side file are."""

    def read(self, start: int, size: int) -> bytes | memoryview: ...


class Held:
    """In memory: no damage to the disk reaches it."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def read(self, start: int, size: int) -> memoryview:
        return self._content[start : start + size]


class OnDisk:
    """In an open file, which outlives its name."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)

    def read(self, start: int, size: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), size, start)
        except OSError as error:
            raise Damaged("cannot be read") from error

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


class _Terms(Sequence[bytes]):
    """The terms of one field, in order."""

    def __init__(self, blob: bytes, ends: Numbers) -> None:
        self._blob = blob
        # a view hands out plain numbers, five times as fast as an array does
        self._ends = memoryview(np.concatenate([np.zeros(1, ends.dtype), ends]).data)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, n: Any) -> Any:
        return self._blob[self._ends[n] : self._ends[n + 1]]


class Arrays:
    """An open side file. Any number of threads may read it. Raises Damaged."""

    def __init__(self, stored: Stored) -> None:
        head = bytes(stored.read(0, HEAD.size))
        if len(head) != HEAD.size:
            raise Damaged("no head")
        magic, size, check, self.size = HEAD.unpack(head)
        front = bytes(stored.read(HEAD.size, size)) if magic == MAGIC else b""
        if not front or zlib.crc32(front) != check:
            raise Damaged("the front is not as it was written")
        self._stored, self._start = stored, HEAD.size + size
        self._front = _unpack_front(front)
        self.cards = self._front["cards"].view(CARD)
        names = self._front["skills"].tobytes().decode()
        self.skills = names.split(BETWEEN) if names else []
        self.pairs = self._front["pairs"]
        fields = [name.removesuffix(".ends") for name in self._front if name.endswith(".ends")]
        self._terms = {
            name: _Terms(self._front[f"{name}.terms"].tobytes(), self._front[f"{name}.ends"])
            for name in fields
        }
        self._slices = {name: self._front[f"{name}.slices"] for name in fields}
        self._directories: dict[str, dict[bytes, int]] = {}

    def postings(self, field: str, term: str) -> tuple[Numbers, Numbers]:
        """Rows and weights of the ads with `term`; two empty arrays if there are none."""
        if (number := self._find(field, term)) is None:
            return _NO_ROWS, _NO_WEIGHTS
        start, having, _, check, _ = self._slices[field][number].tolist()
        both = np.frombuffer(self._read(start, having * 4, check), "<u2")
        return both[:having], both[having:].astype(np.float32) / np.float32(WEIGHTS)

    def positions(self, field: str, term: str) -> NDArray[np.int64]:
        """Every occurrence of `term` as row << POSITION_BITS | place, ascending."""
        if (number := self._find(field, term)) is None:
            return _NO_KEYS
        start, having, total, _, check = self._slices[field][number].tolist()
        rows = self.postings(field, term)[0].astype(np.int64) << POSITION_BITS
        size = total + (having if total != having else 0)
        said = np.frombuffer(self._read(start + having * 4, size * 2, check), "<u2")
        if total != having:
            rows = np.repeat(rows, said[:having])
        return rows | said[-total:]

    def having(self, field: str, term: str) -> int:
        """How many ads have `term`, dead ones too."""
        number = self._find(field, term)
        return 0 if number is None else int(self._slices[field][number, 1])

    def beginning(self, field: str, prefix: str, limit: int) -> Iterator[tuple[str, int]]:
        """The `limit` most frequent terms that begin so, and how many ads have each."""
        terms, start = self._terms[field], prefix.encode()
        first, last = bisect_left(terms, start), bisect_left(terms, start + b"\xff")
        having = self._slices[field][first:last, 1]
        chosen: Sequence[int] = range(last - first)
        if len(having) > limit:
            chosen = np.sort(np.argpartition(having, -limit)[-limit:]).tolist()
        for n in chosen:
            yield terms[first + n].decode(), int(having[n])

    def plain(self, field: str, widest: int) -> tuple[Numbers, Numbers]:
        """The terms of a to z alone and at most `widest` letters, and how many ads have each."""
        ends = self._front[f"{field}.ends"].astype(np.int64)
        blob = np.append(self._front[f"{field}.terms"], np.zeros(widest, np.uint8))
        starts = ends - np.diff(ends, prepend=0)
        letters = blob[starts[:, None] + np.arange(widest)]
        letters[np.arange(widest) >= (ends - starts)[:, None]] = 0
        fits = ((letters == 0) | ((letters >= 97) & (letters <= 122))).all(axis=1)
        fits &= (ends - starts) <= widest
        words = np.ascontiguousarray(letters[fits]).view(f"S{widest}").ravel()
        return words, self._slices[field][fits, 1].astype(np.int32)

    def _find(self, field: str, term: str) -> int | None:
        terms, wanted = self._terms[field], term.encode()
        if len(self.cards) < _FEW_ADS:  # there are many such segments, and most lack the term
            directory = self._directories.get(field)
            if directory is None:
                directory = {own: n for n, own in enumerate(terms)}
                self._directories[field] = directory
            return directory.get(wanted)
        at = bisect_left(terms, wanted)
        return at if at < len(terms) and terms[at] == wanted else None

    def _read(self, start: int, size: int, check: int) -> bytes | memoryview:
        content = self._stored.read(self._start + start, size)
        if zlib.crc32(content) != check:
            raise Damaged("postings are not as they were written")
        return content


def _unpack_front(front: bytes) -> dict[str, Numbers]:
    size = struct.unpack_from("<I", front)[0] + 4
    arrays = {}
    for name, (kind, shape, at) in json.loads(front[4:size]).items():
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(front, kind, count, size + at).reshape(shape)
    return arrays
