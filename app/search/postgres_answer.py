"""From a query to one page of boxes over a PostgreSQL index."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from app.search.answer import SAME_SECTOR, TELLING_WORDS, shown, telling_terms
from app.search.index import AdDocument, Facets, SearchPage
from app.search.plan import Alternative, Plan, Want
from app.search.postgres_finding import MOST, Asked, Found, Standing, find, near_enough
from app.search.postgres_tables import Ask, Tables
from app.search.postgres_terms import MOST_PLACES, choices, chosen
from app.search.postgres_words import Facts, Words, read
from app.search.query import SearchQuery

_RINGS = (3, 10, 30, 100, 300)  # miles within which the nearest are looked for first
_ALIKE = 20_000  # ads that have any of the words by which the like of an ad are looked for


class Library:
    """What one process holds of an index: how to ask, which tables, what it learnt of them."""

    def __init__(self, ask: Ask, tables: Tables, most: int = MOST) -> None:
        self.ask, self.tables, self.most = ask, tables, most
        self.words, self.standing = Words(), Standing(ask, tables)

    def facts(self, now: int, upto: tuple[int, int] | None = None) -> Facts:
        return Facts(self.ask, self.tables, now, upto)

    def find(self, asked: Asked, *, bare: bool = False) -> Found:
        return find(self.ask, self.tables, self.standing, asked, bare=bare)


def answer(
    library: Library, query: SearchQuery, now: int, *, size: int, facets: bool
) -> SearchPage:
    """The page of `query`, with any of its words where no live ad has them all."""
    started = time.perf_counter()
    asked, found, counts = _best(library, _asked(library, query, now), facets)
    boxes, total, miles = shown(found.selection, query, size)
    if query.sort == "nearest" and found.more:
        boxes, miles = _nearest(library, asked, found, size)
    newest = query.upto or found.newest
    took = time.perf_counter() - started
    exact = not found.more
    plan = asked.plan
    return SearchPage(boxes, total, exact, counts, took, plan.relaxed, miles, plan, newest)


def _asked(library: Library, query: SearchQuery, now: int) -> Asked:
    places = None
    if query.place is not None and query.within is not None:
        places = near_enough(query.place, query.within)
    wanted = choices(query, places)
    facts = library.facts(now, query.upto)
    also = [term for terms in wanted.values() for term in terms]
    plan = read(query, facts, library.words, library.ask, library.tables, also)
    sizes = library.standing.sizes()
    return Asked(query, plan, facts, wanted, places, now, sizes, library.most)


def _best(library: Library, asked: Asked, facets: bool) -> tuple[Asked, Found, Facets]:
    """What has all the words, or else what has any of them; and the counts beside it."""
    found, counts = _look(library, asked, facets)
    if not found.selection.but().any():
        for looser in asked.plan.looser():
            less = asked._replace(plan=looser)
            other, other_counts = _look(library, less, facets)
            if other.selection.but().any():
                return less, other, other_counts
    return asked, found, counts


def _look(library: Library, asked: Asked, facets: bool) -> tuple[Found, Facets]:
    """What fits all choices; and, for counts that heed all choices but their own, what else."""
    chosen_facets = [name for name in asked.choices if name != "place"]
    if facets and chosen_facets and _few(asked.but(*chosen_facets)):
        found = library.find(asked.but(*chosen_facets))
        if not found.more:
            return found, found.selection.facets(asked.query)
    found = library.find(asked)
    if not facets:
        return found, Facets()
    counts = replace(found.selection.facets(asked.query), exact=not found.more)
    for name in chosen_facets:
        others = library.find(asked.but(name), bare=name != "skill")
        own = others.selection.facets(asked.query)
        counts = replace(
            counts, **{name: getattr(own, name)}, exact=counts.exact and not others.more
        )
    return found, counts


def _few(asked: Asked) -> bool:
    return asked.likely() <= asked.most


def _nearest(
    library: Library, asked: Asked, found: Found, size: int
) -> tuple[tuple[str, ...], dict[str, float]]:
    """The page of the nearest, where the newest that fit are not all that do: ring by ring."""
    query = asked.query
    assert query.place is not None
    for ring in _RINGS:
        if query.within is not None and ring >= query.within:
            break
        places = near_enough(query.place, ring)
        named = [chosen("place", str(id)) for id in places] if len(places) <= MOST_PLACES else []
        wanted = {name: terms for name, terms in asked.choices.items() if name != "place"}
        wanted |= {"place": named} if named else {}
        within = library.find(asked._replace(choices=wanted, places=places))
        if within.more or np.count_nonzero(within.selection.but()) >= query.page * size:
            found = within
            break
    boxes, _, miles = shown(found.selection, query, size)
    return boxes, miles


def similar(library: Library, document: AdDocument, now: int, *, limit: int) -> tuple[str, ...]:
    """Boxes of the live ads that share most telling words with `document`, likest first."""
    facts = library.facts(now)
    telling = _rarest(facts, telling_terms(document))
    if not telling:
        return ()
    wants = tuple(Want((Alternative((term,)),)) for term in telling)
    sizes = library.standing.sizes()
    query = SearchQuery(q="…", sort="best")
    asked = Asked(query, Plan(wants, any_will_do=True), facts, {}, None, now, sizes, library.most)
    selection = library.find(asked).selection
    board, scores = selection.board, selection.scores
    assert scores is not None
    same = board.column("sector") == board.registry.sectors.get(document.sector.encode())
    itself = board.column("id") == document.id
    alike = replace(
        selection,
        keep=selection.keep & ~itself,
        scores=np.where(same, scores * np.float32(SAME_SECTOR), scores),
    )
    return shown(alike, query, limit)[0]


def _rarest(facts: Facts, telling: Iterable[str]) -> list[str]:
    """Those that fewest ads have, but more than one; not so many that most ads have any."""
    counts = Counter({term: facts.having(term) for term in telling})
    facts.look_up()
    counts = Counter({term: facts.having(term) for term in counts})
    rare: list[str] = []
    left = _ALIKE
    for term, ads in sorted(counts.items(), key=lambda entry: entry[1]):
        if ads > 1 and len(rare) < TELLING_WORDS and (ads <= left or not rare):
            rare.append(term)
            left -= ads
    return rare
