"""What an index knows of each ad beside its words, as numpy arrays with a row for each ad. Pure.

An engine keeps one card of fixed width for each ad, and the names of its skills.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.catalogue.places import Place
from app.catalogue.skills import normalise_skill, skill_key
from app.search.index import AdDocument

CARD = np.dtype(
    [
        ("id", "<i8"),
        ("fingerprint", "<i8"),
        ("posted", "<i8"),
        ("expires", "<i8"),
        ("latitude", "<i4"),  # degrees × 100,000, some four feet
        ("longitude", "<i4"),
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
NOWHERE = -(2**31)
SCALE = 100_000
EARTH_RADIUS_MILES = 3958.7613

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
Numbers = NDArray[Any]


def card(document: AdDocument, lengths: tuple[int, int, int]) -> bytes:
    """The card of one ad; `lengths`: words in all, on the seeking and on the offering side."""
    here = document.latitude is not None and document.longitude is not None
    row = np.zeros((), CARD)
    row["id"], row["fingerprint"] = document.id, document.fingerprint()
    row["posted"], row["expires"] = document.posted, document.expires
    row["latitude"] = round((document.latitude or 0) * SCALE) if here else NOWHERE
    row["longitude"] = round((document.longitude or 0) * SCALE) if here else NOWHERE
    row["length"], row["seeks_length"], row["offers_length"] = lengths
    row["kind"], row["rhythm"] = KINDS.index(document.kind), RHYTHMS.index(document.rhythm)
    row["modes"] = sum(1 << n for n, mode in enumerate(MODES) if mode in document.modes)
    row["box"], row["sector"] = document.box.encode(), document.sector.encode()
    return row.tobytes()


def skill_names(document: AdDocument) -> list[str]:
    """The skills of both sides as they are printed."""
    names = map(normalise_skill, (*document.seeks_skills, *document.offers_skills))
    return list(dict.fromkeys(name for name in names if name))


class Sectors(dict[str, int]):
    """Sectors by number: asking for a new one gives it the next."""

    def __missing__(self, slug: str) -> int:
        self[slug] = number = len(self)
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


@dataclass(frozen=True)
class Cards:
    """Cards as arrays; rows are ads. `skill_row` and `skill_number` are pairs, each once."""

    cards: Numbers
    alive: Mask
    sector: Numbers
    skill_row: Rows
    skill_number: Numbers

    @classmethod
    def read(
        cls, cards: Numbers, names: Sequence[Sequence[str]], sectors: Sectors, skills: Skills
    ) -> Self:
        """From the cards of some ads and the names of their skills; new ones get their number."""
        sector = np.array([sectors[name.decode()] for name in cards["sector"]], np.int32)
        pairs = sorted({(row, skills.number(n)) for row, own in enumerate(names) for n in own})
        rows, numbers = zip(*pairs, strict=True) if pairs else ((), ())
        alive = np.ones(len(cards), np.bool_)
        return cls(cards, alive, sector, np.array(rows, np.intp), np.array(numbers, np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Self], alive: Sequence[Mask]) -> Self:
        """Several as one, those not `alive` never found."""
        starts = np.cumsum([0, *(len(part.cards) for part in parts)])
        rows = [part.skill_row + start for part, start in zip(parts, starts, strict=False)]
        return cls(
            np.concatenate([np.zeros(0, CARD), *(part.cards for part in parts)]),
            np.concatenate([np.zeros(0, np.bool_), *alive]),
            np.concatenate([np.zeros(0, np.int32), *(part.sector for part in parts)]),
            np.concatenate([np.zeros(0, np.intp), *rows]),
            np.concatenate([np.zeros(0, np.int32), *(part.skill_number for part in parts)]),
        )

    def live(self, now: int) -> Mask:
        """Which ads anybody may see at `now`."""
        return self.alive & (self.cards["posted"] <= now) & (now < self.cards["expires"])

    def miles(self, rows: Rows, place: Place) -> Numbers:
        """Great-circle distance from `place` of each of `rows`; NaN for ads that are nowhere."""
        nowhere = self.cards["latitude"][rows] == NOWHERE
        lat = np.radians(self.cards["latitude"][rows] / SCALE)
        lon = np.radians(self.cards["longitude"][rows] / SCALE)
        here_lat, here_lon = np.radians(place.latitude), np.radians(place.longitude)
        across = np.cos(lat) * np.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
        half = np.sin((lat - here_lat) / 2) ** 2 + across
        away = 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        return np.where(nowhere, np.nan, away)
