"""What the database knows is found at once, whether or not the index has it yet."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.search import projection, service
from app.search.whoosh_index import WhooshIndex
from tests.search.conftest import NOON, Shop
from tests.search.documents import ask


def find(shop: Shop, q: str = "", **args: str | list[str]) -> service.Results:
    with shop.sessions() as session:
        found = service.find(session, shop.index, ask(q, **args), now=NOON, size=1000)
        session.expunge_all()
        return found


def boxes(shop: Shop, q: str = "", **args: str | list[str]) -> set[str]:
    found = find(shop, q, **args)
    assert len(found.ads) == found.total
    return {ad.box for ad in found.ads}


@pytest.fixture
def standing(shop: Shop) -> Shop:
    """Three ads in the index, and a worker that sleeps from now on."""
    shop.post(headline="lantern and ladder", sector="law", offers_skills=("harp",))
    shop.post(headline="lantern", sector="arts")
    shop.post(headline="kettle", seeks="ladder", sector="law")
    shop.refresh()
    return shop


def test_a_new_ad_is_found_by_everything_that_finds_ads(standing: Shop) -> None:
    new = standing.post(
        headline="a career change", seeks="lantern", sector="law", at="Cardiff",
        offers_skills=("harp", "stilt walking"),
    )  # fmt: skip
    assert standing.marks() == 1
    assert boxes(standing, '"career change"') == {new}
    assert boxes(standing, "lantern ") == {"000001", "000002", new}
    assert boxes(standing, "lantern -career") == {"000001", "000002"}
    assert boxes(standing, "lantern", side="seeks") == {new}
    assert boxes(standing, "lantern", side="offers") == boxes(standing, "lantern -lantern")
    assert boxes(standing, "care") == boxes(standing, "careers ") == {new}
    assert boxes(standing, skill="harp") == {"000001", new}
    assert boxes(standing, place="Cardiff", within="5") == {new}
    counts = find(standing).facets
    assert (counts.sector, counts.skill["harp"]) == ({"arts": 1, "law": 3}, 2)
    assert find(standing, sort="newest").ads[0].box == new


def test_an_edit_and_a_deletion_are_seen_at_once(standing: Shop) -> None:
    standing.change("000001", headline="saddle")
    standing.change("000002", state="closed")
    standing.delete("000003")
    assert boxes(standing) == {"000001"}
    assert boxes(standing, "saddle") == {"000001"}
    assert find(standing, "ladder lantern").total == find(standing, "kettle").total == 0
    assert find(standing).facets.sector == {"law": 1}
    standing.change("000001", headline="button")
    assert (boxes(standing, "button"), find(standing, "saddle").total) == ({"000001"}, 0)


def test_what_the_index_has_leaves_the_overlay(standing: Shop) -> None:
    reader = WhooshIndex(standing.index.folder.path)
    new = standing.post(headline="anvil")
    with standing.sessions() as session:
        projection.catch_up(session, reader, now=NOON)
        assert reader.view().board.size == 4
        standing.refresh()
        standing.change(new, headline="button")
        standing.refresh()
        assert standing.marks() == 0
    with standing.sessions() as session:
        found = service.find(session, reader, ask("button"), now=NOON)
        assert [ad.box for ad in found.ads] == [new]
        assert not reader.outdated(0)
        assert reader.view().recent == reader.latest().recent


def test_an_index_that_was_lost_and_made_anew_hides_no_newer_state(standing: Shop) -> None:
    reader = WhooshIndex(standing.index.folder.path)
    standing.change("000001", headline="anvil")
    with standing.sessions() as session:
        service.find(session, reader, ask("anvil"), now=NOON)
    standing.change("000001", headline="button")
    standing.refresh()
    with standing.sessions() as session:
        projection.rebuild(session, standing.index, now=NOON)
        assert service.find(session, reader, ask("button"), now=NOON).total == 1
        assert service.find(session, reader, ask("anvil"), now=NOON).total == 0


def test_after_very_many_changes_the_newest_are_heeded(
    standing: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "_MOST_NEWS", 5)
    for _ in range(12):
        standing.post(headline="anvil")
    newest = standing.post(headline="button")
    assert boxes(standing, "button") == {newest}
    assert len(boxes(standing, "anvil ")) == 4
    standing.refresh()
    assert len(boxes(standing, "anvil ")) == 12


WORDS = ("lantern", "ladder", "kettle", "button")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ("post", "change", "change", "close", "delete", "refresh", "look", "merge")
        ),
        st.integers(0, 30),
        st.sampled_from(WORDS),
        st.sampled_from(("law", "arts", "trades")),
    ),
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_whatever_happens_in_whatever_order_searches_agree_with_the_database(
    shop: Shop, acts: list[tuple[str, int, str, str]]
) -> None:
    for box in boxes(shop):  # of the example before
        shop.delete(box)
    standing: dict[str, tuple[str, str]] = {}
    for act, number, word, sector in acts:
        chosen = sorted(standing)[number % len(standing)] if standing else None
        if act == "post":
            standing[shop.post(headline=word, sector=sector)] = (word, sector)
        elif act == "refresh":
            shop.refresh(NOON + timedelta(seconds=number % 2))
        elif act == "merge":
            shop.index.merge(thorough=bool(number % 2))
        elif act == "look":
            assert boxes(shop, f"{word} ") == {b for b, (w, _) in standing.items() if w == word}
        elif chosen and act == "change":
            shop.change(chosen, headline=word, sector=sector)
            standing[chosen] = (word, sector)
        elif chosen:
            shop.change(chosen, state="closed") if act == "close" else shop.delete(chosen)
            del standing[chosen]
    for word in WORDS:
        wanted = {b for b, (w, _) in standing.items() if w == word}
        found = find(shop, f"{word} ")
        assert {ad.box for ad in found.ads} == wanted
        sectors = [standing[box][1] for box in wanted]
        assert found.facets.sector == {s: sectors.count(s) for s in set(sectors)}
