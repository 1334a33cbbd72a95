"""What every index promises; see tests.search.implementations."""

import math
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.catalogue.places import find_places, miles
from app.search.index import AdDocument, Index, IndexBusy
from app.search.query import SearchQuery
from tests.search.documents import DAY, NOW, ad, ask, fill, found, put
from tests.search.implementations import IMPLEMENTATIONS

TOWNS = ("Cardiff", "Swansea", "Newport", "Aberystwyth", "London", "Belfast", "")
SECTORS = ("law", "arts", "trades", "health")
SKILLS = ("bookkeeping", "welding", "C++", "beekeeping", "stilt walking", "harp")
WORDS = ("lantern", "ladder", "kettle", "button", "anvil", "saddle")


@pytest.fixture(params=IMPLEMENTATIONS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """An empty index."""
    made = request.param(tmp_path / "index")
    fill(made)
    return made


def crowd(size: int, seed: int = 1) -> list[AdDocument]:
    """Ads of every sort, some not yet or no longer live."""
    dice = random.Random(seed)

    def one(id: int) -> AdDocument:
        return ad(
            id,
            at=dice.choice(TOWNS),
            kind=dice.choice(KINDS),
            headline=" ".join(dice.sample(WORDS, 2)),
            seeks=dice.choice(WORDS),
            offers=dice.choice(WORDS),
            seeks_skills=tuple(dice.sample(SKILLS, dice.randint(0, 2))),
            offers_skills=tuple(dice.sample(SKILLS, dice.randint(0, 3))),
            sector=dice.choice(SECTORS),
            modes=tuple(m for m in MODES if dice.random() < 0.6) or ("phone",),
            rhythm=dice.choice(RHYTHMS),
            posted=NOW - dice.choice((-5, 0, 10, 10, 300)) * DAY,
            expires=NOW + dice.choice((-1, 0, 20, 20, 20)) * DAY,
        )

    return [one(id) for id in range(1, size + 1)]


CROWD = crowd(260)


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def crowded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index with CROWD in it, written in several goes with edits and deletions between."""
    made = request.param(tmp_path_factory.mktemp("crowd") / "index")
    fill(made, *CROWD[:100], ad(9001, headline="lantern"))
    put(made, *[replace(one, headline="lantern before its edit") for one in CROWD[100:200]])
    put(made, *CROWD[100:], gone=(9001,))
    return made


# --- words ----------------------------------------------------------------------------------------


def test_all_words_must_match(index: Index) -> None:
    fill(index, ad(1, headline="lantern and ladder"), ad(2, seeks="lantern"), ad(3, about="ladder"))
    assert found(index, "ladder lantern ") == {1}


def test_any_word_will_do_when_no_ad_has_them_all(index: Index) -> None:
    fill(index, ad(1, headline="lantern"), ad(2, headline="ladder"), ad(3, headline="kettle"))
    page = index.search(ask("lantern ladder"), NOW)
    assert (set(page.boxes), page.relaxed, page.total) == ({"000001", "000002"}, True, 2)
    assert not index.search(ask("lantern"), NOW).relaxed


def test_a_phrase_stands_together_whatever_small_words_are_in_it(index: Index) -> None:
    fill(
        index,
        ad(1, headline="thinking of a career change at forty"),
        ad(2, headline="change your career"),
        ad(3, headline="a career", about="change"),
        ad(4, offers_skills=("career", "change")),
        ad(5, headline="head of the department"),
    )
    assert found(index, '"career change"') == {1}
    assert found(index, '"head of the department"') == {5}
    assert index.search(ask('"head department"'), NOW).relaxed


def test_what_is_excluded_is_not_found(index: Index) -> None:
    fill(index, ad(1, headline="lantern"), ad(2, headline="lantern with a ladder"), ad(3))
    assert found(index, "lantern -ladder") == {1}
    assert found(index, "-lantern") == {3}
    assert found(index, '-"with a ladder"') == {1, 3}


def test_a_last_word_may_be_unfinished(index: Index) -> None:
    fill(index, ad(1, headline="bookkeeping"), ad(2, headline="bookshop"), ad(3, headline="boots"))
    assert found(index, "bookk") == {1}
    assert found(index, "books") == {2}
    assert found(index, "bookk ") == set()
    assert found(index, "bookk nothing") == set()


def test_a_short_word_that_is_found_is_not_completed(index: Index) -> None:
    fill(index, ad(1, headline="AI explained"), ad(2, headline="aim high"))
    assert found(index, "AI") == {1}


def test_the_word_itself_ranks_before_what_only_begins_so(index: Index) -> None:
    fill(index, ad(1, headline="work"), ad(2, headline="workshop"))
    assert index.search(ask("work"), NOW).boxes == ("000001", "000002")


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("C++", {1}),
        ("c++", {1}),
        ("c#", {2}),
        ("C#", {2}),
        (".NET", {2, 3}),
        ("asp.net", {3}),
        ("node.js", {4}),
        ("AI", {5}),
        ("ai", {5}),
        ("HR", {6}),
        ("ux", {7}),
        ("IT", {8}),
        ("it", {8}),
        ("R", {9}),
        ("R&D", {10}),
        ("C", {11}),
    ],
)
def test_signs_and_short_words_are_words(index: Index, q: str, wanted: set[int]) -> None:
    fill(
        index,
        ad(1, headline="I write C++ for games."),
        ad(2, headline="C#, some .NET, no fuss"),
        ad(3, headline="ASP.NET since the beginning"),
        ad(4, headline="Node.js on weekdays"),
        ad(5, headline="What is all this AI?"),
        ad(6, headline="HR person, tired"),
        ad(7, headline="UX, kindly"),
        ad(8, headline="It is what it is", seeks_skills=("IT",)),
        ad(9, offers_skills=("R",)),
        ad(10, headline="R&D in a shed"),
        ad(11, offers_skills=("C",)),
        ad(12, headline="Dw i’n chwilio am glust, i’r bore", about="it’s all it can be"),
    )
    assert found(index, q) == wanted


def test_accents_and_case_make_no_difference(index: Index) -> None:
    fill(index, ad(1, headline="Gwersi gitâr mewn CAFFI"), ad(2, headline="Gitar am byth"))
    assert found(index, "GITÂR ") == found(index, "gitar ") == {1, 2}
    assert found(index, "cáffi ") == {1}


def test_a_skill_is_found_by_its_other_names(index: Index) -> None:
    fill(index, ad(1, offers_skills=("carpentry",)), ad(2, headline="joinery for fun"))
    assert found(index, "joinery") == found(index, "carpentry") == {1, 2}
    assert found(index, "carpentry -joinery") == {1}


def test_words_can_be_asked_of_one_side(index: Index) -> None:
    fill(
        index,
        ad(1, seeks="welding", offers="singing"),
        ad(2, seeks="singing", offers="welding"),
        ad(3, headline="welding"),
        ad(4, seeks_skills=("welding",)),
    )
    assert found(index, "welding", side="seeks") == {1, 4}
    assert found(index, "welding", side="offers") == {2}
    assert found(index, "welding -singing", side="offers") == {2}


def test_a_headline_counts_more_than_the_small_print(index: Index) -> None:
    fill(index, ad(2, about="kettle"), ad(1, headline="kettle"))
    assert index.search(ask("kettle"), NOW).boxes == ("000001", "000002")


def test_small_words_alone_ask_for_nothing(index: Index) -> None:
    fill(index, ad(1), ad(2))
    assert found(index, "the of and ") == {1, 2}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80) | st.text(alphabet='ab"-+#.&* (', max_size=30))
def test_any_text_whatever_gets_a_page(crowded: Index, text: str) -> None:
    page = crowded.search(ask(text), NOW)
    assert len(page.boxes) == min(page.total, 20)


@pytest.mark.parametrize(
    "q", ["*", '"', "C++ AND (", "x" * 10_000, "a b " * 2_500, "\x00\x1f", "-"]
)
def test_hostile_text_gets_a_page(crowded: Index, q: str) -> None:
    assert crowded.search(ask(q), NOW).took < 1


# --- filters, facets, order -----------------------------------------------------------------------


def fits(one: AdDocument, query: SearchQuery, but: str = "") -> bool:
    """Whether an ad fits, the slow and obvious way."""
    said = " ".join((one.headline, one.seeks, one.offers))
    sides = {"": said, "seeks": one.seeks, "offers": one.offers}
    skills = {*one.seeks_skills, *one.offers_skills}
    rules = {
        "live": one.posted <= NOW < one.expires,
        "words": all(word in sides[query.side].split() for word in query.q.split()),
        "kind": query.kind in ("", one.kind),
        "sector": not query.sectors or one.sector in query.sectors,
        "skill": not query.skills or not skills.isdisjoint(query.skills),
        "mode": not query.modes or not set(one.modes).isdisjoint(query.modes),
        "rhythm": not query.rhythms or one.rhythm in query.rhythms,
        "place": query.within is None or distance(one, query) <= query.within,
    }
    return all(fit for name, fit in rules.items() if name != but)


def distance(one: AdDocument, query: SearchQuery) -> float:
    if one.latitude is None or one.longitude is None or query.place is None:
        return math.inf
    return miles(one.latitude, one.longitude, query.place.latitude, query.place.longitude)


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


QUERIES = st.builds(
    ask,
    q=st.lists(st.sampled_from(WORDS), max_size=1).map(
        lambda words: "".join(f"{w} " for w in words)
    ),
    kind=st.sampled_from(("", *KINDS)),
    side=st.sampled_from(("", *KINDS)),
    sector=some(SECTORS),
    skill=some(SKILLS),
    mode=some(MODES),
    rhythm=some(RHYTHMS),
    place=st.sampled_from(TOWNS),
    within=st.sampled_from(("5", "40", "130", "any")),
    sort=st.sampled_from(("", "newest", "nearest")),
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(QUERIES)
def test_matches_and_facets_are_those_of_a_recount(crowded: Index, query: SearchQuery) -> None:
    page = crowded.search(query, NOW, size=1000)
    wanted = [one for one in CROWD if fits(one, query)]
    assert sorted(page.boxes) == sorted(one.box for one in wanted)
    assert page.total == len(wanted)
    counts = {
        facet: [one for one in CROWD if fits(one, query, but=facet)]
        for facet in ("kind", "sector", "skill", "mode", "rhythm")
    }
    assert page.facets.kind == Counter(one.kind for one in counts["kind"])
    assert page.facets.sector == Counter(one.sector for one in counts["sector"])
    assert page.facets.mode == Counter(mode for one in counts["mode"] for mode in one.modes)
    assert page.facets.rhythm == Counter(one.rhythm for one in counts["rhythm"])
    skills = [{*one.seeks_skills, *one.offers_skills} for one in counts["skill"]]
    assert page.facets.skill == Counter(skill for own in skills for skill in own)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(QUERIES, st.integers(1, 30))
def test_pages_neither_overlap_nor_leave_out(crowded: Index, query: SearchQuery, size: int) -> None:
    whole = crowded.search(query, NOW, size=1000).boxes
    turned: list[str] = []
    for page in range(1, len(whole) // size + 3):
        turned += crowded.search(replace(query, page=page), NOW, size=size, facets=False).boxes
    assert tuple(turned) == whole


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(QUERIES)
def test_the_order_is_the_one_asked_for(crowded: Index, query: SearchQuery) -> None:
    page = crowded.search(query, NOW, size=1000)
    by_box = {one.box: one for one in CROWD}
    ads = [by_box[box] for box in page.boxes]
    newest = [(-one.posted, -one.id) for one in ads]
    if query.sort == "newest":
        assert newest == sorted(newest)
    if query.sort == "nearest":
        away = [min(round(distance(one, query), 1), 1e6) for one in ads]
        assert list(zip(away, newest, strict=True)) == sorted(zip(away, newest, strict=True))


def test_distances_are_those_of_the_haversine(crowded: Index) -> None:
    query = ask(place="Cardiff", within="any")
    page = crowded.search(query, NOW, size=1000)
    expected = {one.box: distance(one, query) for one in CROWD if fits(one, query)}
    here = {box: away for box, away in expected.items() if away < math.inf}
    assert page.miles == pytest.approx(here, abs=0.001)


def test_spellings_of_a_skill_are_counted_as_one(index: Index) -> None:
    fill(index, ad(1, offers_skills=("knot-tying",)), ad(2, seeks_skills=("knot tying",)))
    page = index.search(ask(skill="Knot Tying"), NOW)
    assert (page.total, page.facets.skill) == (2, {"knot tying": 2})


def test_the_most_frequent_skills_are_counted_and_every_chosen_one(index: Index) -> None:
    often = [ad(id, offers_skills=(f"knot {id % 50:02d}",)) for id in range(100)]
    fill(index, *often, ad(101, offers_skills=("knot 99",)))
    assert index.search(ask(), NOW).facets.skill == {f"knot {n:02d}": 2 for n in range(40)}
    chosen = index.search(ask(skill="knot 99"), NOW).facets.skill
    assert chosen == {"knot 99": 1} | {f"knot {n:02d}": 2 for n in range(40)}


def test_an_ad_is_found_from_the_second_it_is_posted_until_the_second_it_runs_out(
    index: Index,
) -> None:
    fill(index, ad(1, posted=NOW, expires=NOW + 60))
    seen = [index.search(ask(), NOW + s).total for s in (-1, 0, 59, 60)]
    assert seen == [0, 1, 1, 0]


# --- writing --------------------------------------------------------------------------------------


def test_an_empty_index_answers(index: Index) -> None:
    assert index.search(ask("anything", place="Cardiff", sector="law"), NOW).total == 0


def test_an_edit_replaces_and_a_deletion_removes(index: Index) -> None:
    put(index, ad(1, headline="lantern"), ad(2, headline="ladder"))
    put(index, ad(1, headline="kettle"), gone=(2,))
    assert found(index) == {1}
    assert found(index, "lantern") == found(index, "ladder") == set()
    assert found(index, "kettle") == {1}


def test_only_a_change_makes_a_new_generation(index: Index) -> None:
    put(index, ad(1))
    before = index.generation()
    put(index, ad(1), gone=(77,))
    assert index.generation() == before
    put(index, ad(1, headline="kettle"))
    assert index.generation() > before


def test_any_order_of_edits_ends_with_what_was_said_last(index: Index) -> None:
    dice, standing = random.Random(4), dict[int, AdDocument]()
    for _ in range(30):
        edits = [ad(i, headline=dice.choice(WORDS)) for i in dice.sample(range(1, 20), 3)]
        gone = tuple(dice.sample(range(20, 40), 2)) + tuple(dice.sample(range(1, 20), 1))
        edits = [one for one in edits if one.id not in gone]
        put(index, *edits, gone=gone)
        standing |= {one.id: one for one in edits}
        for id in gone:
            standing.pop(id, None)
        if dice.random() < 0.2:
            index.merge(thorough=dice.random() < 0.5)
    for word in WORDS:
        wanted = {id for id, one in standing.items() if one.headline == word}
        assert found(index, f"{word} ") == wanted
    inside = index.fingerprints(NOW)
    assert inside == {id: (one.box, one.fingerprint()) for id, one in standing.items()}


def test_one_writes_at_a_time(index: Index) -> None:
    with index.wait_to_write(), pytest.raises(IndexBusy), index.wait_to_write(0.05):
        pytest.fail("two wrote at once")
    with index.wait_to_write():
        pass


def test_a_rebuild_that_breaks_off_changes_nothing(index: Index) -> None:
    put(index, ad(1, headline="lantern"))

    def broken() -> object:
        yield ad(2)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError), index.wait_to_write() as batch:
        batch.rebuild(broken())  # type: ignore[arg-type]
    assert found(index) == {1}
    put(index, ad(3))
    assert found(index) == {1, 3}


# --- likeness -------------------------------------------------------------------------------------


def test_the_like_of_an_ad_shares_its_telling_words(index: Index) -> None:
    one = ad(1, headline="Honey and wax", offers_skills=("beekeeping",))
    fill(
        index,
        one,
        ad(2, offers_skills=("beekeeping",), about="wax"),
        ad(3, seeks_skills=("beekeeping",)),
        ad(4, headline="lantern"),
        ad(5, offers_skills=("beekeeping",), expires=NOW),
    )
    assert index.similar(one, NOW) == ("000002", "000003")


def test_somewhere_is_where_the_catalogue_says(crowded: Index) -> None:
    near = find_places("Cardiff")[0]
    page = crowded.search(ask(place="Cardiff", within="5"), NOW, size=1000)
    by_box = {one.box: one for one in CROWD}
    assert page.total
    assert {by_box[box].place_id for box in page.boxes} == {near.id}


@pytest.mark.parametrize("q", ["ﷺ" * 63, "kettle " + "ﷺ" * 40, "x" * 200, "kettle-" + "ﷺ" * 60])
def test_a_word_that_grows_as_it_is_folded_is_looked_for_all_the_same(index: Index, q: str) -> None:
    fill(index, ad(1, headline="kettle"))
    assert index.search(ask(q), NOW).total in {0, 1}
