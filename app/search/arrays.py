"""The side file of a segment: its cards, terms and postings as plain arrays, made to be read fast.

What is always wanted stands in front and is read once; postings are read a term at a time, each
slice with a checksum of its own. Slices are read, never mapped: a mapped file that is cut short
ends the process, and reading costs no more. Pure but for the file itself.
"""

import json
import os
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.cards import CARD
from app.search.entries import BETWEEN

POSITION_BITS = 16
WEIGHTS = 20  # weights are kept in twentieths
MOST_ADS = 1 << 16  # of one segment, since rows take two bytes

_HEAD = struct.Struct("<8sIIQ")  # magic, size and CRC-32 of the front, size of the whole
_MAGIC = b"bwarray1"
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


class Posted(NamedTuple):
    """One term of one field: rows ascending, weights (`stored`), how often each row has it, and
    where: small numbers all."""

    term: bytes
    rows: Sequence[int]
    weights: Sequence[int]
    times: Sequence[int]
    places: Sequence[int]


def stored(weight: float) -> int:
    """A weight as it is kept."""
    return min(max(round(weight * WEIGHTS), 1), 65535)


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


# --- writing --------------------------------------------------------------------------------------


def pack(
    cards: bytes, skills: Sequence[Sequence[str]], fields: Mapping[str, Iterable[Posted]]
) -> bytes:
    """The side file of the ads with these cards, skills and, by field, terms in order."""
    names, pairs = numbered(skills)
    front: dict[str, Numbers] = {
        "cards": np.frombuffer(cards, np.uint8),
        "skills": np.frombuffer(BETWEEN.join(names).encode(), np.uint8),
        "pairs": pairs,
    }
    slices: list[bytes] = []
    at = 0
    for field, posted in fields.items():
        directory, at = _pack_field(posted, slices, at)
        front |= {f"{field}.{name}": values for name, values in directory.items()}
    table = _pack_front(front)
    size = _HEAD.size + len(table) + at
    return b"".join([_HEAD.pack(_MAGIC, len(table), zlib.crc32(table), size), table, *slices])


def numbered(skills: Sequence[Sequence[str]]) -> tuple[list[str], Numbers]:
    """The names of all skills, and pairs of a row and the place of a skill among the names."""
    names = sorted({name for own in skills for name in own})
    number = {name: n for n, name in enumerate(names)}
    pairs = [(row, number[name]) for row, own in enumerate(skills) for name in own]
    return names, np.array(pairs, "<u2").reshape(-1, 2)


def _pack_field(
    posted: Iterable[Posted], slices: list[bytes], at: int
) -> tuple[dict[str, Numbers], int]:
    terms: list[bytes] = []
    rows: list[tuple[int, ...]] = []
    for term, at_rows, weights, times, places in posted:
        strong = _two_bytes(at_rows) + _two_bytes(weights)
        where = _two_bytes(places)
        if len(places) != len(at_rows):
            where = _two_bytes(times) + where
        slices += (strong, where)
        terms.append(term)
        sums = zlib.crc32(strong), zlib.crc32(where)
        rows.append((at, len(at_rows), len(places), *sums))
        at += len(strong) + len(where)
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    return {
        "terms": np.frombuffer(b"".join(terms), np.uint8),
        "ends": np.cumsum(lengths).astype("<u4"),
        "slices": np.array(rows, "<u4").reshape(-1, 5),
    }, at


def _two_bytes(numbers: Sequence[int]) -> bytes:
    if isinstance(numbers, array) and sys.byteorder == "little":
        return numbers.tobytes()  # without a detour by numpy, which costs more than a few numbers
    return np.asarray(numbers, "<u2").tobytes()


def _pack_front(front: Mapping[str, Numbers]) -> bytes:
    """Arrays one after another, each on a multiple of eight, behind a list of them."""
    listed, parts, at = {}, [], 0
    for name, own in front.items():
        listed[name] = (own.dtype.str, own.shape, at)
        parts.append(own.tobytes() + bytes(-own.nbytes % 8))
        at += len(parts[-1])
    head = json.dumps(listed).encode()
    head += b" " * (-(len(head) + 4) % 8)
    return struct.pack("<I", len(head)) + head + b"".join(parts)


class Gathering:
    """Entries of ads (app.search.entries.entry) as they are written, on their way to `pack`.

    `cards_of` and `skills_of` go by row; `fields` has of each term rows, weights, times and places.
    """

    def __init__(self, fields: Iterable[str]) -> None:
        self.cards_of: list[bytes] = []
        self.skills_of: list[list[str]] = []
        self.fields: dict[str, dict[str, tuple[Any, ...]]] = {name: {} for name in fields}

    def add(self, entry: Mapping[str, Any]) -> None:
        """The next row."""
        row = len(self.cards_of)
        self.cards_of.append(entry["card"])
        names = entry["skills"].decode()
        self.skills_of.append(names.split(BETWEEN) if names else [])
        for field, terms in self.fields.items():
            for term, (weight, places) in entry[field].items():
                if (own := terms.get(term)) is None:
                    own = terms[term] = tuple(array("H") for _ in range(4))
                own[0].append(row)
                own[1].append(stored(weight))
                own[2].append(len(places))
                own[3].extend(places)

    def pack(self) -> bytes:
        """The side file."""
        fields = {name: self._posted(terms) for name, terms in self.fields.items()}
        return pack(b"".join(self.cards_of), self.skills_of, fields)

    def _posted(self, terms: Mapping[str, tuple[Any, ...]]) -> Iterator[Posted]:
        for written, term in sorted((term.encode(), term) for term in terms):
            yield Posted(written, *terms[term])


# --- reading --------------------------------------------------------------------------------------


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
        head = bytes(stored.read(0, _HEAD.size))
        if len(head) != _HEAD.size:
            raise Damaged("no head")
        magic, size, check, self.size = _HEAD.unpack(head)
        front = bytes(stored.read(_HEAD.size, size)) if magic == _MAGIC else b""
        if not front or zlib.crc32(front) != check:
            raise Damaged("the front is not as it was written")
        self._stored, self._start = stored, _HEAD.size + size
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
