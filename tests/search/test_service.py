"""Finding ads the way a results page does."""

import shutil
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.search import service
from app.search.index import IndexUnavailable, SearchPage
from app.search.service import Results
from tests.search.conftest import NOON, Shop
from tests.search.documents import ask
from tests.statements import counted


def find(
    shop: Shop, q: str = "", size: int = 20, skills: bool = False, **args: str | list[str]
) -> Results:
    with shop.sessions() as session:
        query = ask(q, **args)
        found = service.find(session, shop.index, query, now=NOON, size=size, skills=skills)
        session.expunge_all()
        return found


def boxes(found: Results) -> list[str]:
    return [ad.box for ad in found.ads]


def test_ads_come_in_order_in_one_query_and_a_look_for_news(shop: Shop) -> None:
    for number in range(30):
        shop.post(headline=f"lantern {number}", offers_skills=("harp", "tuning"))
    shop.refresh()
    with counted(shop.sessions.kw["bind"]) as statements:
        found = find(shop, "lantern", sort="newest")
    assert boxes(found) == [f"{n:06d}" for n in range(30, 10, -1)]
    assert len(statements) == 1 + 1


def test_ads_come_with_their_skills_in_two_queries_where_those_are_wanted(shop: Shop) -> None:
    for number in range(30):
        shop.post(headline=f"lantern {number}", offers_skills=("harp", "tuning"))
    shop.refresh()
    with counted(shop.sessions.kw["bind"]) as statements:
        found = find(shop, "lantern", skills=True, sort="newest")
    assert boxes(found) == [f"{n:06d}" for n in range(30, 10, -1)]
    assert found.ads[0].side_skills("offers") == ("harp", "tuning")
    assert (found.total, found.page, found.pages) == (30, 1, 2)
    assert len([said for said in statements if "stale_marks" in said]) == 1
    assert len(statements) == 2 + 1


def test_a_page_past_the_end_is_the_last_one(shop: Shop) -> None:
    for _ in range(5):
        shop.post()
    shop.refresh()
    found = find(shop, page="99", size=2)
    assert (boxes(found), found.page, found.pages) == (["000001"], 3, 3)


def test_what_the_database_no_longer_shows_is_not_shown(shop: Shop) -> None:
    shop.post()
    gone = shop.post()
    shop.refresh()
    shop.change(gone, state="paused")
    assert boxes(find(shop)) == ["000001"]


def test_a_small_index_that_is_missing_is_made_at_once(shop: Shop) -> None:
    shop.post(headline="lantern")
    found = find(shop, "lantern")
    assert (boxes(found), found.degraded) == (["000001"], False)
    shutil.rmtree(shop.index.folder.path)
    shop.index.close()
    assert boxes(find(shop, "lantern")) == ["000001"]


def test_while_a_large_index_is_repaired_the_newest_ads_are_shown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_SMALL", 1)
    shop.post(kind="seeks", sector="law", offers_skills=("harp",))
    shop.post(kind="offers", sector="law")
    shop.post(kind="seeks", sector="arts")
    shop.post(kind="seeks", sector="law", state="closed")
    shop.post(kind="seeks", sector="law", expires_at=NOON)
    found = find(shop, "lantern")
    assert (boxes(found), found.total, found.degraded) == (["000003", "000002", "000001"], 3, True)
    found = find(shop, kind="seeks", sector="law")
    assert (boxes(found), found.pages) == (["000001"], 1)
    assert found.ads[0].side_skills("offers") == ("harp",)
    with shop.sessions() as session:
        assert service.widen(session, shop.index, ask("x"), now=NOON) == []
        ad = session.scalars(sa.select(service.Ad)).first()
        assert ad is not None
        assert service.related(session, shop.index, ad, now=NOON) == []


@pytest.mark.parametrize(
    ("asked", "page"), [({"q": "lantern", "page": "9"}, 1), ({"q": "lantern cardiff"}, 1)]
)
def test_an_index_that_fails_after_its_first_answer_costs_no_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str], page: int
) -> None:
    shop.post(headline="lantern")
    shop.refresh()
    fail_after_the_first(shop, monkeypatch)
    found = find(shop, **asked)
    assert (boxes(found), found.page) == (["000001"], page)


def test_an_index_that_fails_over_an_offer_costs_the_offer_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        shop.post(headline="lantern")
    shop.post(headline="lanterm")
    shop.refresh()
    assert find(shop, "lanterm").respelt
    fail_after_the_first(shop, monkeypatch)
    found = find(shop, "lanterm")
    assert (boxes(found), found.degraded, found.respelt) == (["000006"], False, ())


def fail_after_the_first(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    search, answers = shop.index.search, iter([True])

    def once(*args: Any, **named: Any) -> SearchPage:
        if next(answers, False):
            return search(*args, **named)
        raise IndexUnavailable("it went away")

    monkeypatch.setattr(shop.index, "search", once)


def ways(shop: Shop, q: str = "", **args: str | list[str]) -> list[tuple[str, int]]:
    with shop.sessions() as session:
        found = service.widen(session, shop.index, ask(q, **args), now=NOON)
    for way in found:
        assert way.total == find(shop, **_url(way.query.to_args())).total
    return [(way.change, way.total) for way in found]


def _url(pairs: list[tuple[str, str]]) -> dict[str, list[str] | str]:
    single = {"q", "place", "within", "kind", "side", "sort"}
    named: dict[str, list[str] | str] = {}
    for name, value in pairs:
        named[name] = value if name in single else [*named.get(name, []), value]
    return named


def test_an_empty_result_says_what_would_find_something(shop: Shop) -> None:
    shop.post(headline="thatching", at="Swansea", modes="in_person", sector="trades")
    shop.post(headline="thatching", at="Aberdeen", modes="video", sector="arts")
    shop.post(headline="lantern", seeks="ladder", offers="kettle", at="Cardiff")
    shop.refresh()
    assert ways(shop, "thatching", place="Cardiff") == [
        ("farther", 1), ("anywhere", 2), ("remote", 1)
    ]  # fmt: skip
    assert ways(shop, "thatching", sector="law") == [("sectors", 2)]
    assert ways(shop, "ladder", side="offers") == [("any_side", 1)]
    assert ways(shop, '"lantern thatching" kettle', kind="offers") == [("kind", 3)]
    assert ways(shop, "lantern -ladder") == [("fewer_words", 1)]
    assert ways(shop, "nothing at all") == []


def test_related_ads_are_live_alike_and_by_others(shop: Shop) -> None:
    mine = shop.post(headline="Honey", offers_skills=("beekeeping",))
    shop.post(headline="Wax", offers_skills=("beekeeping",))
    for by in (2, 3, 4, 5):
        shop.post(headline="Bees", by=by, offers_skills=("beekeeping",))
    shop.post(headline="lantern", by=6)
    shop.refresh()
    shop.change("000006", state="closed")
    with shop.sessions() as session:
        ad = session.scalars(sa.select(service.Ad).where(service.Ad.box == mine)).one()
        others = service.related(session, shop.index, ad, now=NOON)
        assert [other.box for other in others] == ["000005", "000004", "000003"]
        later = NOON + timedelta(days=5)
        assert service.related(session, shop.index, ad, now=later) == []
