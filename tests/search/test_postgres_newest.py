"""Where more ads fit than are counted: the newest are, and it is said that there are more."""

import random
from collections import Counter
from pathlib import Path

import pytest

from app.catalogue.gazetteer import shelf
from app.catalogue.places import find_places, miles
from app.search import postgres_finding
from app.search.index import AdDocument
from app.search.postgres_index import PostgresIndex
from app.search.query import SearchQuery
from tests import postgres
from tests.search.documents import NOW, ad, ask, fill, put
from tests.search.implementations import on_postgres

pytestmark = postgres.needed
MOST = 50
SECTORS = ("law", "arts", "trades")


def some_ads(count: int) -> list[AdDocument]:
    dice = random.Random(3)
    return [
        ad(
            id,
            at=dice.choice(("Cardiff", "Swansea", "Bristol", "")),
            headline=f"lantern {'kettle' if id % 10 == 0 else 'anvil'}",
            sector=SECTORS[id % 3],
            offers_skills=("harp",) if id % 2 else ("welding", "harp"),
        )
        for id in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def ads() -> list[AdDocument]:
    return some_ads(400)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, ads: list[AdDocument]) -> PostgresIndex:
    index = on_postgres(tmp_path_factory.mktemp("newest"), most=MOST)
    fill(index, *ads)
    return index


def test_the_newest_are_counted_and_more_is_said_to_be_there(
    index: PostgresIndex, ads: list[AdDocument]
) -> None:
    for q in ("", "lantern "):
        page = index.search(ask(q), NOW, size=1000)
        newest = ads[: -MOST - 1 : -1]
        assert (page.total, page.exact, page.facets.exact) == (MOST, False, False)
        assert sorted(page.boxes) == sorted(one.box for one in newest)
        assert page.facets.sector == Counter(one.sector for one in newest)
        assert page.facets.skill == Counter(s for one in newest for s in one.offers_skills)


def test_up_to_as_many_all_is_exact(index: PostgresIndex, ads: list[AdDocument]) -> None:
    page = index.search(ask("kettle "), NOW, size=1000)
    having = [one for one in ads if "kettle" in one.headline]
    assert (page.total, page.exact, page.facets.exact) == (len(having), True, True)
    assert sorted(page.boxes) == sorted(one.box for one in having)
    assert page.facets.sector == Counter(one.sector for one in having)


def test_what_is_chosen_narrows_all_ads_and_not_the_newest(
    index: PostgresIndex, ads: list[AdDocument]
) -> None:
    page = index.search(ask("kettle ", sector="law"), NOW)
    having = [one for one in ads if "kettle" in one.headline]
    law = [one for one in having if one.sector == "law"]
    assert (page.total, page.exact) == (len(law), True)
    assert page.facets.sector == Counter(one.sector for one in having)
    page = index.search(ask("lantern ", sector="law"), NOW, size=1000)
    law = [one for one in ads if one.sector == "law"][-MOST:]
    assert (sorted(page.boxes), page.exact) == (sorted(one.box for one in law), False)


@pytest.mark.parametrize("walked", [20_000, 100], ids=["looked at", "looked up"])
def test_words_that_keep_apart_in_the_newest_are_found_further_back(
    tmp_path: Path, walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_finding, "_WALKED", walked)
    index = on_postgres(tmp_path, most=MOST)
    said = ["cello viola"] * 80 + ["cello"] * 160 + ["viola"] * 160
    fill(index, *(ad(id, headline=words) for id, words in enumerate(said, 1)))
    page = index.search(ask("cello viola "), NOW, size=1000)
    assert (page.total, page.exact) == (MOST, False)
    assert sorted(page.boxes) == [f"{id:06d}" for id in range(80 - MOST + 1, 81)]


def test_one_ad_more_than_are_counted_is_too_many(tmp_path: Path) -> None:
    index = on_postgres(tmp_path, most=MOST)
    fill(index, *some_ads(MOST))
    assert index.search(ask("lantern "), NOW).exact
    put(index, ad(MOST + 1, headline="lantern"))
    page = index.search(ask("lantern "), NOW)
    assert (page.total, page.exact) == (MOST, False)


def test_the_nearest_are_the_nearest_of_all(index: PostgresIndex, ads: list[AdDocument]) -> None:
    page = index.search(ask("lantern ", place="Cardiff", within="any", sort="nearest"), NOW)
    there = [one.box for one in ads if one.place_id == find_places("Cardiff")[0].id]
    assert page.boxes == tuple(there[: -len(page.boxes) - 1 : -1])
    assert {page.miles[box] for box in page.boxes} == {0.0}
    assert not page.exact


def test_every_page_of_the_newest_can_be_turned_to(index: PostgresIndex) -> None:
    turned: list[str] = []
    for page in range(1, 8):
        query = ask("lantern ", page=str(page), sort="newest")
        turned += index.search(query, NOW, size=10).boxes
    assert turned == [f"{id:06d}" for id in range(400, 400 - MOST, -1)]


def test_every_town_is_near_exactly_when_the_haversine_says_so(tmp_path: Path) -> None:
    towns = sorted(shelf().by_id.values(), key=lambda place: place.id)
    index, dice = on_postgres(tmp_path, most=len(towns)), random.Random(7)
    fill(
        index,
        *(
            ad(n, place_id=town.id, latitude=town.latitude, longitude=town.longitude)
            for n, town in enumerate(towns)
        ),
    )
    for _ in range(25):
        centre, within = dice.choice(towns), dice.choice((1, 5, 20, 80, 137, 500))
        here = (centre.latitude, centre.longitude)
        page = index.search(
            SearchQuery(place=centre, within=within), NOW, size=10_000, facets=False
        )
        away = [miles(*here, town.latitude, town.longitude) for town in towns]
        assert {int(box) for box in page.boxes} == {
            n for n, far in enumerate(away) if far <= within
        }
        assert page.exact
