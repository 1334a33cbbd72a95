"""Places: which town somebody means, what to call it in print, and how far apart two are."""

import math
from bisect import bisect_left
from collections import Counter
from functools import cache
from heapq import nsmallest

from app.catalogue.gazetteer import (
    NATIONS,
    UNITED_KINGDOM,
    Place,
    areas_of,
    place_key,
    shelf,
)

__all__ = [
    "Place",
    "find_place",
    "find_places",
    "miles",
    "near_misses",
    "suggest_places",
]

EARTH_RADIUS_MILES = 3958.7613
_LONGEST = 100
_CANDIDATES = 60


def find_place(id: int) -> Place | None:
    """The place with this id, or None."""
    return shelf().by_id.get(id)


def find_places(text: str) -> list[Place]:
    """Every place the text may mean, most populous first; [] when there is none.

    Case, accents, hyphens, apostrophes and St/Saint make no difference. A printed label means that
    one place. After a comma stands what narrows it: nation, council area, older county, the larger
    town nearby, or the United Kingdom.
    """
    text = text[:_LONGEST]
    name, *narrower = (place_key(part) for part in text.split(","))
    if name and (labelled := shelf().by_label.get(place_key(text))):
        return [labelled]
    wanted = [word for word in narrower if word and word not in UNITED_KINGDOM]
    return [place for place in _named(name) if all(_lies_in(place, word) for word in wanted)]


def _named(key: str) -> tuple[Place, ...]:
    here = shelf()
    return here.by_name.get(key) or here.by_joined_name.get(key.replace(" ", ""), ())


def _lies_in(place: Place, key: str) -> bool:
    county = place_key(place.county)
    around = {place_key(place.nation), county, place_key(place.near)}
    return NATIONS.get(key, key) in around or county in areas_of(key)


def suggest_places(prefix: str, limit: int = 8) -> list[Place]:
    """Places whose name, Welsh name or label begins so: exact ones first, then by population."""
    start = place_key(prefix[:_LONGEST])
    if not start:
        return []
    here = shelf()
    found: dict[int, bool] = {}
    for at in range(bisect_left(here.spellings, (start, 0)), len(here.spellings)):
        key, number = here.spellings[at]
        if not key.startswith(start):
            break
        found[number] = found.get(number, False) or key == start
    places = (here.by_id[number] for number in found)
    return nsmallest(limit, places, key=lambda place: (not found[place.id], -place.population))


def near_misses(text: str, limit: int = 5) -> list[Place]:
    """Places spelt nearly like the text (before any comma), nearest spelling first.

    One slip is forgiven in a short name, two in a longer one, three from eleven letters; swapping
    two neighbouring letters is one slip.
    """
    typed = place_key(text[:_LONGEST].partition(",")[0])
    slips = 1 if len(typed) < 6 else 2 if len(typed) < 11 else 3
    found: dict[int, int] = {}
    for key, number in _alike(typed):
        distance = _slips(typed, key)
        if distance <= min(slips, len(typed) - 2):
            found[number] = min(distance, found.get(number, distance))
    places = (shelf().by_id[number] for number in found)
    return nsmallest(limit, places, key=lambda place: (found[place.id], -place.population))


def _pairs(key: str) -> set[str]:
    framed = f" {key} "
    return {framed[at : at + 2] for at in range(len(framed) - 1)}


@cache
def _spellings_by_pair() -> dict[str, list[int]]:
    table: dict[str, list[int]] = {}
    for number, (key, _) in enumerate(shelf().spellings):
        for pair in _pairs(key):
            table.setdefault(pair, []).append(number)
    return table


def _alike(typed: str) -> list[tuple[str, int]]:
    """The spellings that share most pairs of letters with what was typed."""
    table, spellings = _spellings_by_pair(), shelf().spellings
    pairs = _pairs(typed)
    shared = Counter(number for pair in pairs for number in table.get(pair, ()))
    likely = sorted(
        (len(pairs) + len(spellings[number][0]) - 2 * count, number)
        for number, count in shared.items()
    )
    return [spellings[number] for _, number in likely[:_CANDIDATES]]


def _slips(typed: str, name: str) -> int:
    """Letters added, left out, changed or swapped with their neighbour between the two."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(name, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def miles(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in statute miles between two points in degrees (haversine)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (lat1, lon1, lat2, lon2))
    across = math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    half = math.sin((lat2 - lat1) / 2) ** 2 + across
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(min(1.0, half)))
