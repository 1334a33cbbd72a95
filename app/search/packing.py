"""Writing the side file of a segment, as app.search.arrays reads it. Pure."""

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.search.arrays import HEAD, MAGIC, WEIGHTS, Numbers
from app.search.entries import BETWEEN


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
    size = HEAD.size + len(table) + at
    return b"".join([HEAD.pack(MAGIC, len(table), zlib.crc32(table), size), table, *slices])


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
