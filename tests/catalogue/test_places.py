"""Places: found however spelt, told apart in print, and as far apart as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.gazetteer import place_key, shelf
from app.catalogue.places import (
    find_place,
    find_places,
    miles,
    near_misses,
    suggest_places,
)
from app.catalogue.tables import read_table

PLACES = list(shelf().by_id.values())
TYPED = st.one_of(st.text(), st.sampled_from(PLACES).map(lambda place: place.label[:-1]))


def labels(places):
    return [place.label for place in places]


def test_all_four_nations_are_well_covered():
    by_nation = {
        nation: sum(place.nation == nation for place in PLACES)
        for nation in ("England", "Wales", "Scotland", "Northern Ireland")
    }

    assert sum(by_nation.values()) == len(PLACES) > 5_500
    assert min(by_nation.values()) > 100


def test_every_place_lies_in_the_united_kingdom():
    for place in PLACES:
        assert 49.8 < place.latitude < 60.9, place
        assert -8.3 < place.longitude < 1.8, place
        assert place.population >= 0


def test_every_label_is_its_own_and_means_that_place_alone():
    assert len({place_key(place.label) for place in PLACES}) == len(PLACES)
    for place in PLACES:
        assert find_places(place.label) == [place]


def test_ids_find_their_places():
    for place in PLACES:
        assert find_place(place.id) == place
    assert find_place(-1) is None


@pytest.mark.parametrize(
    "name",
    ["Machynlleth", "Bala", "Tregaron", "Aberaeron", "Corwen", "Pontardawe", "Hay-on-Wye"],
)
def test_small_welsh_towns_are_there(name):
    (place,) = find_places(name)

    assert place.nation == "Wales"


@pytest.mark.parametrize(
    "name", ["London", "Cambridge", "Manchester", "Bristol", "Belfast", "Cardiff", "Glasgow"]
)
def test_a_city_is_called_by_its_name(name):
    (place,) = find_places(name)

    assert place.label == place.name == name


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("  CARDIFF ", "Cardiff"),
        ("Cardiff, UK", "Cardiff"),
        ("Cardiff, Wales, United Kingdom", "Cardiff"),
        ("Caerdydd, Cymru", "Cardiff"),
        ("kings lynn", "King’s Lynn"),
        ("King's Lynn", "King’s Lynn"),
        ("weston super mare", "Weston-super-Mare"),
        ("Westonsupermare", "Weston-super-Mare"),
        ("Bury Saint Edmunds", "Bury St Edmunds"),
        ("St. Albans", "St Albans"),
        ("Hull", "Kingston upon Hull"),
        ("Londonderry", "Derry"),
        ("y fenni", "Abergavenny"),
        ("cwmbran", "Cwmbran"),
        ("Cwmbrân", "Cwmbran"),
        ("Newport, Wales", "Newport, Wales"),
        ("Newport, Essex", "Newport, Essex, England"),
        ("Newport, Shropshire", "Newport, Telford and Wrekin, England"),
        ("Bangor, Co. Down", "Bangor, Northern Ireland"),
        ("Leeds, West Yorkshire", "Leeds"),
        ("Cambridge, Massachusetts", None),
        ("Nowhere-under-Hill", None),
        ("", None),
        (", Wales", None),
    ],
)
def test_a_place_is_found_however_it_is_written(text, label):
    assert labels(find_places(text)) == ([label] if label else [])


def test_places_of_one_name_come_most_populous_first():
    found = find_places("newport")

    assert len(found) >= 5
    assert found[0].label == "Newport, Wales"
    assert [place.population for place in found] == sorted(
        (place.population for place in found), reverse=True
    )


def test_two_spellings_of_saint_are_one_name():
    found = find_places("Saint Ives")

    assert {place.county for place in found} == {"Cornwall", "Cambridgeshire"}
    assert find_places("St. Ives") == found


def test_a_short_name_means_the_well_known_towns_too():
    assert find_places("Newcastle")[0].name == "Newcastle upon Tyne"
    assert "Newcastle, Northern Ireland" in labels(find_places("Newcastle"))


@pytest.mark.parametrize(
    ("file", "least"), [("welsh_names.csv", 80), ("other_names.csv", 20)], ids=["Welsh", "other"]
)
def test_every_further_name_finds_its_place(file, least):
    rows = list(read_table(file, ("english", "county", "name")))

    assert len(rows) >= least
    for _, (english, county, name) in rows:
        found = [place for place in find_places(name) if county in ("", place.county)]
        assert place_key(english) in [place_key(place.name) for place in found], name


def test_a_place_knows_its_welsh_name():
    assert find_places("Cardiff")[0].welsh == "Caerdydd"
    assert find_places("Newport, Pembrokeshire")[0].welsh == "Trefdraeth"
    assert find_places("Luton")[0].welsh is None


def test_older_counties_hold_council_areas_that_exist():
    areas = {place.county for place in PLACES}

    for line, (county, inside) in read_table("older_counties.csv", ("county", "areas")):
        assert set(inside.split("|")) <= areas, (line, county)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Abersytwyth", "Aberystwyth"),
        ("Machynleth", "Machynlleth"),
        ("Brsitol", "Bristol"),
        ("Edinborough", "Edinburgh"),
        ("Llandidno", "Llandudno"),
        ("Middlesborough, UK", "Middlesbrough"),
        ("Caerdyd", "Cardiff"),
    ],
)
def test_a_slip_of_the_pen_is_understood(typed, meant):
    assert find_places(typed) == []
    assert near_misses(typed)[0].label == meant


def test_what_resembles_nothing_has_no_near_miss():
    assert near_misses("xqzxqv") == []
    assert near_misses("") == []
    assert len(near_misses("Newtwn", limit=2)) <= 2


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("abery", "Aberystwyth"),
        ("Bath", "Bath"),
        ("wick", "Wick, Scotland"),
        ("caerd", "Cardiff"),
        ("newport, w", "Newport, Wales"),
        ("lond", "London"),
    ],
)
def test_suggestions_begin_with_the_likeliest(prefix, first):
    assert suggest_places(prefix)[0].label == first


def test_suggestions_keep_to_their_limit_and_to_something_typed():
    assert len(suggest_places("b")) == 8
    assert len(suggest_places("b", limit=3)) == 3
    assert suggest_places(" - ") == []


@pytest.mark.parametrize(
    ("one", "other", "between"),
    [("London", "Cardiff", 131), ("Edinburgh", "Glasgow", 42), ("Belfast", "Derry", 62)],
)
def test_distances_agree_with_the_map(one, other, between):
    (a,), (b,) = find_places(one), find_places(other)

    distance = miles(a.latitude, a.longitude, b.latitude, b.longitude)

    assert distance == pytest.approx(between, abs=3)
    assert distance == pytest.approx(miles(b.latitude, b.longitude, a.latitude, a.longitude))


def test_a_degree_of_latitude_is_sixty_nine_miles_and_antipodes_do_not_fail():
    assert miles(50, 0, 51, 0) == pytest.approx(69.09, abs=0.01)
    assert miles(0, 0, 0, 180) == pytest.approx(12436.8, abs=0.1)
    assert miles(52.5, -3.3, 52.5, -3.3) == 0


@given(TYPED)
def test_any_text_is_answered(text):
    assert all(place.id in shelf().by_id for place in find_places(text))
    assert len(suggest_places(text)) <= 8
    assert len(near_misses(text)) <= 5
