"""The shelf of places: read from the data files once, indexed by every name they go by."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from app.catalogue.tables import CatalogueError, read_table

PLACE_COLUMNS = (
    "id",
    "name",
    "nation",
    "county",
    "near",
    "latitude",
    "longitude",
    "population",
)
# Keys of the nations’ names, in English and Welsh, to the key of the English one.
NATIONS = {
    "england": "england",
    "lloegr": "england",
    "wales": "wales",
    "cymru": "wales",
    "scotland": "scotland",
    "yr alban": "scotland",
    "northern ireland": "northern ireland",
    "gogledd iwerddon": "northern ireland",
}
UNITED_KINGDOM = frozenset({"uk", "gb", "united kingdom", "great britain", "britain", "y du"})

_APOSTROPHES = str.maketrans("", "", "'’‘`´")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A town with a position in degrees (WGS 84).

    `id` is GeoNames’ number, or below 1,000 for a place the board adds. `county` is the council
    area, '' where unknown; `near` a larger town nearby, '' where the name needs no telling apart.
    """

    id: int
    name: str
    welsh: str | None
    nation: str
    county: str
    near: str
    latitude: float
    longitude: float
    population: int

    @property
    def label(self) -> str:
        """The name to print: no other place has it, and find_places(label) is this place alone."""
        return shelf().labels.get(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Places by id, by the key of any name, the same without spaces, and by the key of the label.

    Tuples of places are ordered most populous first; `spellings` is sorted (key, id).
    """

    by_id: dict[int, Place]
    by_name: dict[str, tuple[Place, ...]]
    by_joined_name: dict[str, tuple[Place, ...]]
    by_label: dict[str, Place]
    labels: dict[int, str]
    spellings: list[tuple[str, int]]


def place_key(text: str) -> str:
    """What spellings of one name share: lower case, no accents or signs, `st` as `saint`."""
    text = text.casefold().translate(_APOSTROPHES).replace("&", " and ")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = _WORD.findall(text)
    return " ".join("saint" if word == "st" else word for word in words)


def areas_of(county: str) -> frozenset[str]:
    """Keys of the council areas inside the older county with this key; none for an unknown one."""
    return _older_counties().get(county.removeprefix("county ").removeprefix("co "), frozenset())


@cache
def _older_counties() -> dict[str, frozenset[str]]:
    return {
        place_key(county): frozenset(map(place_key, areas.split("|")))
        for _, (county, areas) in read_table("older_counties.csv", ("county", "areas"))
    }


@cache
def shelf() -> Shelf:
    """All places, read at the first call and kept; raises CatalogueError for an unusable file."""
    found = [*_read_places("places.csv"), *_read_places("more_places.csv")]
    found.sort(key=lambda place: -place.population)
    by_english = _gather([(place_key(place.name), place) for place in found])
    welsh = {place.id: name for place, name in _read_names("welsh_names.csv", by_english)}
    by_id = {
        place.id: replace(place, welsh=welsh[place.id]) if place.id in welsh else place
        for place in found
    }
    names = [(key, by_id[place.id]) for key, places in by_english.items() for place in places]
    names += [(place_key(name), by_id[number]) for number, name in welsh.items()]
    names += [
        (place_key(name), by_id[place.id])
        for place, name in _read_names("other_names.csv", by_english)
    ]
    by_name = _gather(names)
    labels = {place.id: _label(place, by_name[place_key(place.name)]) for place in by_id.values()}
    by_label = _by_label(by_id, labels)
    return Shelf(
        by_id=by_id,
        by_name=by_name,
        by_joined_name=_gather([(key.replace(" ", ""), place) for key, place in names]),
        by_label=by_label,
        labels=labels,
        spellings=sorted(
            {(key, place.id) for key, place in (*names, *by_label.items())},
        ),
    )


def _read_places(name: str) -> list[Place]:
    places = []
    for line, (number, town, nation, county, near, *figures) in read_table(name, PLACE_COLUMNS):
        try:
            latitude, longitude = float(figures[0]), float(figures[1])
            place = Place(
                int(number), town, None, nation, county, near, latitude, longitude, int(figures[2])
            )
        except ValueError:
            raise CatalogueError(f"{name}, line {line}: a number is not a number") from None
        places.append(place)
    return places


def _read_names(name: str, by_english: dict[str, tuple[Place, ...]]) -> list[tuple[Place, str]]:
    """(place, further name) for each row of english, county, name; each must mean one place."""
    found = []
    for line, (english, county, other) in read_table(name, ("english", "county", "name")):
        places = [
            place
            for place in by_english.get(place_key(english), ())
            if county in ("", place.county)
        ]
        if len(places) != 1:
            raise CatalogueError(
                f"{name}, line {line}: {english} means {len(places)} places; the county decides"
            )
        found.append((places[0], other))
    return found


def _gather(names: list[tuple[str, Place]]) -> dict[str, tuple[Place, ...]]:
    """Places by key, each once, most populous first."""
    groups: dict[str, dict[int, Place]] = defaultdict(dict)
    for key, place in names:
        groups[key][place.id] = place
    return {
        key: tuple(sorted(group.values(), key=lambda place: -place.population))
        for key, group in groups.items()
    }


def _label(place: Place, namesakes: tuple[Place, ...]) -> str:
    others = [other for other in namesakes if other.id != place.id]
    if not others:
        return place.name
    others = [other for other in others if other.nation == place.nation]
    # Newport is its own council area: “Newport, Wales” says it better than saying it twice.
    if not others or place.county == place.name:
        return f"{place.name}, {place.nation}"
    if place.county and all(other.county != place.county for other in others):
        return f"{place.name}, {place.county}, {place.nation}"
    return f"{place.name} near {place.near}"


def _by_label(by_id: dict[int, Place], labels: dict[int, str]) -> dict[str, Place]:
    by_label: dict[str, Place] = {}
    for number, label in labels.items():
        twin = by_label.setdefault(place_key(label), by_id[number])
        if twin.id != number:
            raise CatalogueError(
                f"places {twin.id} and {number} would both be printed “{label}”: give them a"
                " different county or near"
            )
    return by_label
