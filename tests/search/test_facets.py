"""Facets against a recount, with ads on disk and ads so new that only memory has them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.catalogue.places import miles
from app.catalogue.skills import skill_key
from app.search.index import EVERY_MARK, AdDocument, Facets, Index
from app.search.query import Clause, SearchQuery
from app.search.snapshot import LARGE
from tests.search.documents import DAY, NOW, ad, ask, fill, put
from tests.search.implementations import IMPLEMENTATIONS

CHOICES = {"kind": "kind", "sector": "sectors", "skill": "skills", "mode": "modes",
           "rhythm": "rhythms"}  # fmt: skip
WORDS = ("lantern", "anvil", "kettle", "saddle")
SECTORS = ("law", "arts", "trades", "health", "other")
SKILLS = ("harp", "welding", "C++", "beekeeping", "stilt walking", "knot tying", "knot-tying")
TOWNS = ("Cardiff", "Swansea", "Newport, Wales", "Aberystwyth", "Bristol", "London", "")
FIRST, LATER, NEW = LARGE + 20, 60, 40  # ads of a large segment, of a small one, and to come


def some_ad(id: int, seed: int) -> AdDocument:
    """An ad of any sort; not all are live."""
    dice = random.Random(seed)
    return ad(
        id,
        at=dice.choice(TOWNS),
        kind=dice.choice(KINDS),
        headline=" ".join(dice.sample(WORDS, dice.randint(1, 3))),
        seeks=dice.choice(WORDS),
        offers=dice.choice(WORDS),
        seeks_skills=tuple(dice.sample(SKILLS, dice.randint(0, 2))),
        offers_skills=tuple(dice.sample(SKILLS, dice.randint(0, 3))),
        sector=dice.choice(SECTORS),
        modes=tuple(dice.sample(MODES, dice.randint(1, len(MODES)))),
        rhythm=dice.choice(RHYTHMS),
        posted=NOW - dice.choice((-1, 0, 1, DAY, 300 * DAY)),
        expires=NOW + dice.choice((0, 1, DAY, DAY)),
    )


@dataclass(frozen=True)
class Shelf:
    """An index on disk, and what is in it."""

    open: Callable[[], Index]
    standing: dict[int, AdDocument]


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Most ads in one large segment, some edited since, some deleted, some newer."""
    folder = tmp_path_factory.mktemp("facets") / "index"
    index = request.param(folder)
    said = {id: some_ad(id, id) for id in range(1, FIRST + LATER + 1)}
    fill(index, *list(said.values())[:FIRST])
    edits = {id: some_ad(id, -id) for id in range(3, FIRST, 13)}
    gone = tuple(range(7, FIRST + LATER, 31))
    said = {id: one for id, one in (said | edits).items() if id not in gone}
    put(index, *(one for id, one in said.items() if id > FIRST or id in edits))
    put(index, gone=gone)
    return Shelf(lambda: request.param(folder), said)


# Changes of one moment: which ad, and what it says from now on (None: it was deleted).
Changes = list[tuple[int, int | None]]
NEWS = st.lists(
    st.lists(
        st.tuples(st.integers(1, FIRST + LATER + NEW), st.none() | st.integers(10**6, 10**9)),
        min_size=1,
        max_size=8,
    ),
    max_size=12,
)


@dataclass(frozen=True)
class Told:
    """An index that was told of news it has not on disk, and the live ads that there are."""

    index: Index
    ads: list[AdDocument]


@pytest.fixture
def told(shelf: Shelf) -> Iterator[Callable[[list[Changes]], Told]]:
    """A function that opens the index anew and tells it these news, one moment's after another's.

    As the board does, it tells of ads that are live; of others only that something changed.
    """
    opened: list[Index] = []
    touched: set[int] = set()

    def in_step(index: Index, standing: dict[int, AdDocument]) -> None:
        """Where nothing is newer than the index: write what is new, and undo what was before."""
        put(
            index,
            *(standing[id] for id in touched if id in standing),
            gone=tuple(id for id in touched if id not in standing),
        )

    def tell(news: list[Changes]) -> Told:
        for one in opened:
            one.close()
        opened[:] = [shelf.open()]
        standing = dict(shelf.standing)
        mark = 0
        for changes in news:
            said = {id: some_ad(id, seed) if seed else None for id, seed in changes}
            live = [one for one in said.values() if one and one.posted <= NOW < one.expires]
            marks = [(mark := mark + 1, id) for id in said]
            opened[0].heed(marks, live, 1)
            standing = {id: one for id, one in standing.items() if id not in said}
            standing |= {one.id: one for one in live}
            touched.update(said)
        if opened[0].heeded() == EVERY_MARK:
            in_step(opened[0], standing)
        return Told(opened[0], list(standing.values()))

    yield tell
    if opened and opened[0].heeded() == EVERY_MARK:
        in_step(opened[0], shelf.standing)
    for one in opened:
        one.close()


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True)


CLAUSES = some(*WORDS, *(f"-{word}" for word in WORDS), '"anvil kettle"', '-"kettle saddle"')
QUERIES = st.builds(
    ask,
    q=CLAUSES.map(lambda clauses: " ".join([*clauses, ""])),  # the space: no word is unfinished
    kind=st.sampled_from(("", *KINDS)),
    side=st.sampled_from(("", "", *KINDS)),
    sector=some(*SECTORS),
    skill=some(*SKILLS, "Knot-Tying", "unheard of"),
    mode=some(*MODES),
    rhythm=some(*RHYTHMS),
    place=st.sampled_from(("", *TOWNS)),
    within=st.sampled_from(("5", "20", "45", "130", "any")),
)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# --- the slow and obvious way ---------------------------------------------------------------------


def says(one: AdDocument, text: str, side: str) -> bool:
    """Whether an ad has these words one after another, on that side or anywhere."""
    said = {"seeks": (one.seeks,), "offers": (one.offers,)}
    texts = said.get(side, (one.headline, one.seeks, one.offers))
    return any(f" {text} " in f" {own} " for own in texts)


def is_near(one: AdDocument, query: SearchQuery) -> bool:
    if query.place is None or query.within is None:
        return True
    if one.latitude is None or one.longitude is None:
        return False
    here = (query.place.latitude, query.place.longitude)
    return miles(one.latitude, one.longitude, *here) <= query.within


def skill_keys(one: AdDocument) -> set[str]:
    return {skill_key(skill) for skill in (*one.seeks_skills, *one.offers_skills)}


def fits(one: AdDocument, query: SearchQuery, wanted: list[Clause], *, but: str = "") -> bool:
    """Whether an ad fits all choices (but those of one facet) and has any of `wanted`, if any."""
    rules: dict[str, Callable[[], bool]] = {
        "live": lambda: one.posted <= NOW < one.expires,
        "near": lambda: is_near(one, query),
        "without": lambda: (
            not any(says(one, c.text, query.side) for c in query.clauses if c.excluded)
        ),
        "words": lambda: not wanted or any(says(one, c.text, query.side) for c in wanted),
        "kind": lambda: query.kind in ("", one.kind),
        "sector": lambda: not query.sectors or one.sector in query.sectors,
        "skill": lambda: (
            not query.skills or not skill_keys(one).isdisjoint(map(skill_key, query.skills))
        ),
        "mode": lambda: not query.modes or not set(one.modes).isdisjoint(query.modes),
        "rhythm": lambda: not query.rhythms or one.rhythm in query.rhythms,
    }
    return all(rule() for name, rule in rules.items() if name != but)


def matching(ads: list[AdDocument], query: SearchQuery, *, but: str = "") -> list[AdDocument]:
    """The ads that have all the words or, where none that fits has them all, any of them."""
    asked = [clause for clause in query.clauses if not clause.excluded]
    single = [Clause(word) for clause in asked for word in clause.text.split()]
    having = [one for one in ads if all(says(one, c.text, query.side) for c in asked)]
    all_fit = any(fits(one, query, []) for one in having)
    if not all_fit and asked and any(fits(one, query, single) for one in ads):
        return [one for one in ads if fits(one, query, single, but=but)]
    return [one for one in having if fits(one, query, [], but=but)]


def recount(ads: list[AdDocument], query: SearchQuery) -> Facets:
    by = {facet: matching(ads, query, but=facet) for facet in CHOICES}
    skills = Counter(key for one in by["skill"] for key in skill_keys(one))
    names = {skill_key(name): name for name in sorted(SKILLS, reverse=True)}
    chosen = {name: skills[skill_key(name)] for name in query.skills}
    others = {names[key]: n for key, n in skills.items() if key not in map(skill_key, chosen)}
    return Facets(
        kind=dict(Counter(one.kind for one in by["kind"])),
        sector=dict(Counter(one.sector for one in by["sector"])),
        skill={name: n for name, n in (chosen | others).items() if n},
        mode=dict(Counter(mode for one in by["mode"] for mode in one.modes)),
        rhythm=dict(Counter(one.rhythm for one in by["rhythm"])),
    )


# --- promises -------------------------------------------------------------------------------------


@OFTEN
@given(NEWS, st.lists(QUERIES, min_size=1, max_size=3))
def test_facets_are_those_of_a_recount_whatever_is_newer_than_the_index(
    told: Callable[[list[Changes]], Told], news: list[Changes], queries: list[SearchQuery]
) -> None:
    reader = told(news)
    for query in queries:
        page = reader.index.search(query, NOW, size=10_000)
        wanted = matching(reader.ads, query)
        assert (sorted(page.boxes), page.total) == (sorted(o.box for o in wanted), len(wanted))
        assert page.facets == recount(reader.ads, query)


@OFTEN
@given(NEWS, QUERIES, st.sampled_from(list(CHOICES)))
def test_a_choice_leaves_the_counts_of_its_own_facet_alone(
    told: Callable[[list[Changes]], Told], news: list[Changes], query: SearchQuery, facet: str
) -> None:
    index = told(news).index
    chosen = index.search(query, NOW)
    without = index.search(query.without(CHOICES[facet]), NOW)
    if chosen.relaxed == without.relaxed:
        counts = getattr(chosen.facets, facet), getattr(without.facets, facet)
        same = [Counter({skill_key(name): n for name, n in count.items()}) for count in counts]
        assert same[0] == same[1]


@OFTEN
@given(NEWS, QUERIES, st.sampled_from(list(CHOICES)))
def test_what_a_count_promises_is_found_by_choosing_it_alone(
    told: Callable[[list[Changes]], Told], news: list[Changes], query: SearchQuery, facet: str
) -> None:
    index = told(news).index
    page = index.search(query, NOW)
    for value, promised in getattr(page.facets, facet).items():
        choice = value if facet == "kind" else (value,)
        found = index.search(replace(query, **{CHOICES[facet]: choice}), NOW, facets=False)
        assert found.total == promised or found.relaxed != page.relaxed


@OFTEN
@given(NEWS, QUERIES, st.integers(0, 700))
def test_a_reader_under_way_is_counted_no_newer_ads(
    told: Callable[[list[Changes]], Told], news: list[Changes], query: SearchQuery, at: int
) -> None:
    reader = told(news)
    first = sorted((one.posted, one.id) for one in reader.ads)
    upto = first[at % len(first)]
    then = [one for one in reader.ads if (one.posted, one.id) <= upto]
    page = reader.index.search(replace(query, page=2, upto=upto), NOW, size=1)
    assert page.total == len(matching(then, query))
    assert page.facets == recount(then, query)
