"""What an index knows of each ad beside its words, as numpy arrays with a row for each ad. Pure.

An engine keeps one card of fixed width for each ad, and the names of its skills.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.catalogue.skills import normalise_skill, skill_key
from app.search.index import AdDocument
from app.search.kept import Kept

CARD = np.dtype(
    [
        ("id", "<i8"),
        ("fingerprint", "<i8"),
        ("posted", "<i8"),
        ("expires", "<i8"),
        ("person", "<i8"),
        ("latitude", "<f8"),  # degrees; not a number for ads that are nowhere
        ("longitude", "<f8"),
        ("length", "<u2"),  # words in all, and on each side
        ("seeks_length", "<u2"),
        ("offers_length", "<u2"),
        ("kind", "u1"),
        ("rhythm", "u1"),
        ("modes", "u1"),  # a bit for each of MODES
        ("box", "S6"),
        ("sector", "S30"),
    ]
)
SIDES = {"seeks": 1, "offers": 2}  # the sides of an ad that a skill stands on, as a sum
LENGTHS = {"text": "length", "seeks": "seeks_length", "offers": "offers_length"}  # by field
PROFILE = (len(KINDS), len(RHYTHMS), 1 << len(MODES))  # what is counted together, see `profile`
_ID_BITS = 31
NOWHERE = 0  # the number of no spot
_DISTANCES_BYTES = 4 << 20

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
Numbers = NDArray[Any]
Key = TypeVar("Key", bound=Hashable)


def newness(posted: Any, id: Any) -> Any:
    """One number that orders by second posted, then by id."""
    return (posted << _ID_BITS) | id


def card(document: AdDocument, lengths: tuple[int, int, int]) -> bytes:
    """The card of one ad; `lengths`: words in all, on the seeking and on the offering side."""
    here = document.latitude is not None and document.longitude is not None
    row = np.zeros((), CARD)
    row["id"], row["fingerprint"] = document.id, document.fingerprint()
    row["posted"], row["expires"] = document.posted, document.expires
    row["person"] = document.person
    row["latitude"] = document.latitude if here else np.nan
    row["longitude"] = document.longitude if here else np.nan
    row["length"], row["seeks_length"], row["offers_length"] = lengths
    row["kind"], row["rhythm"] = KINDS.index(document.kind), RHYTHMS.index(document.rhythm)
    row["modes"] = sum(1 << n for n, mode in enumerate(MODES) if mode in document.modes)
    row["box"], row["sector"] = document.box.encode(), document.sector.encode()
    return row.tobytes()


def sided_skills(document: AdDocument) -> list[str]:
    """The skills as they are printed, each behind the number of its sides (see SIDES)."""
    sides: dict[str, int] = {}
    for side, bit in SIDES.items():
        for name in map(normalise_skill, getattr(document, f"{side}_skills")):
            sides[name] = sides.get(name, 0) | bit
    return [f"{bits}{name}" for name, bits in sides.items() if name]


class Numbered(dict[Key, int]):
    """Things by number: asking for a new one gives it the next."""

    def __missing__(self, thing: Key) -> int:
        self[thing] = number = len(self)
        return number


class Skills:
    """Skills by number. Spellings of one skill share it; the first in the alphabet names it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._by_key: dict[str, int] = {}
        self._by_name: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The number of this skill; a new skill gets the next."""
        if (number := self._by_name.get(name)) is None:
            number = self._by_key.setdefault(skill_key(name), len(self.names))
            if number == len(self.names):
                self.names.append(name)
            self.names[number] = min(self.names[number], name)
            self._by_name[name] = number
        return number

    def find(self, name: str) -> int | None:
        """The number of this skill, None if no ad has ever had it."""
        return self._by_key.get(skill_key(name))


class Registry:
    """Sectors, skills and spots of all ads by number; a spot is latitude and longitude."""

    def __init__(self) -> None:
        self.sectors: Numbered[bytes] = Numbered()
        self.skills = Skills()
        self.spots: Numbered[tuple[float, float] | None] = Numbered({None: NOWHERE})
        self.distances = Kept(_DISTANCES_BYTES)  # what Board.miles worked out
        self._degrees = np.zeros((0, 2))

    def degrees(self) -> Numbers:
        """Latitude and longitude of each spot by its number; NaN for nowhere."""
        if len(self._degrees) != len(self.spots):
            self._degrees = np.array([spot or (np.nan, np.nan) for spot in list(self.spots)])
        return self._degrees


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards as columns; rows are ads. `skill_row` and `skill_number` are pairs, each once, with
    `skill_sides`, a sum of SIDES.

    `newness` orders the newer ad, then the higher id, behind. `profile` is one number for
    sector, kind, rhythm and modes together, as a multi-index of PROFILE behind the sector.
    """

    id: Numbers
    posted: Numbers
    expires: Numbers
    person: Numbers
    newness: Numbers
    box: Numbers
    sector: Numbers
    profile: Numbers
    spot: Numbers
    length: Numbers
    seeks_length: Numbers
    offers_length: Numbers
    skill_row: Rows
    skill_number: Numbers
    skill_sides: Numbers

    @classmethod
    def read(cls, cards: Numbers, names: Sequence[str], pairs: Numbers, registry: Registry) -> Self:
        """From the cards of some ads; `pairs` are of a row and the place of a skill in `names`,
        which are as `sided_skills` has them."""
        skill = np.array([registry.skills.number(name[1:]) for name in names], np.int64)
        side = np.array([int(name[0]) for name in names], np.uint8)
        rows, which = pairs[:, 0].astype(np.int64), pairs[:, 1]
        return cls.of(cards, rows, skill[which], registry, side[which])

    @classmethod
    def of(
        cls,
        cards: Numbers,
        rows: Rows,
        skills: Numbers,
        registry: Registry,
        sides: Numbers | None = None,
    ) -> Self:
        """From the cards of some ads, and pairs of a row and the number of a skill (below 0: of
        none), each on the sides said beside it, or on none."""
        sector = _numbered(cards["sector"], registry.sectors)
        both, back = np.unique(rows[skills >= 0] << 32 | skills[skills >= 0], return_inverse=True)
        skill_sides = np.zeros(len(both), np.uint8)
        if sides is not None:
            np.bitwise_or.at(skill_sides, back.ravel(), sides)
        place = (cards["kind"], cards["rhythm"], cards["modes"])
        inner = np.ravel_multi_index(place, PROFILE)
        return cls(
            id=cards["id"].copy(),
            posted=cards["posted"].copy(),
            expires=cards["expires"].copy(),
            person=cards["person"].copy(),
            newness=newness(cards["posted"], cards["id"]),
            box=cards["box"].copy(),
            sector=sector,
            profile=sector * int(np.prod(PROFILE)) + inner,
            spot=_spots(cards, registry),
            length=cards["length"].astype(np.float32),
            seeks_length=cards["seeks_length"].astype(np.float32),
            offers_length=cards["offers_length"].astype(np.float32),
            skill_row=both >> 32,
            skill_number=both & 0xFFFFFFFF,
            skill_sides=skill_sides,
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Several as one."""
        starts = np.cumsum([0, *(len(part.id) for part in parts)]).tolist()
        columns = {
            name.name: np.concatenate([getattr(part, name.name) for part in parts])
            for name in fields(cls)
            if name.name != "skill_row"
        }
        rows = [part.skill_row + start for part, start in zip(parts, starts, strict=False)]
        return cls(skill_row=np.concatenate(rows), **columns)


def _numbered(column: Numbers, numbers: Numbered[bytes]) -> Numbers:
    known, back = np.unique(column, return_inverse=True)
    return np.array([numbers[name] for name in known.tolist()], np.int64)[back.ravel()]


def _spots(cards: Numbers, registry: Registry) -> Numbers:
    where = np.stack([cards["latitude"], cards["longitude"]], axis=1)
    # many ads are in few places: compared as bytes, which not-a-number is equal to itself in
    known, back = np.unique(where.view("V16").ravel(), return_inverse=True)
    places = known.view("<f8").reshape(-1, 2).tolist()
    spots = [None if lat != lat else (lat, lon) for lat, lon in places]
    return np.array([registry.spots[spot] for spot in spots], np.int64)[back.ravel()]
