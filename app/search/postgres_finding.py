"""The newest ads that fit, out of a PostgreSQL index: so many at most, however many there are.

What they say of themselves is counted, filtered and put in order by the same code as for any index
(app.search.selection), over the cards that come with them.
"""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from math import prod
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from app.catalogue.gazetteer import Place, shelf
from app.search.board import Board, Part, miles_from
from app.search.cards import CARD, Cards, Numbers, Registry
from app.search.plan import Plan, Want
from app.search.postgres_tables import Ask, Tables
from app.search.postgres_terms import any_of, match, meets
from app.search.postgres_words import Facts, live
from app.search.postgres_worth import Rarity, Worth, worth
from app.search.query import SearchQuery
from app.search.selection import Selection

MOST = 2000  # ads that are ranked and counted, as a rule: the newest
_WALKED = 20_000  # ads that are sooner looked at one by one, newest first, than looked up by word
_FURTHER = 4  # times as many ads are looked at where the first did not give enough
_ALIKE = 4  # times as many ads as have the rarest thing asked for: rarer ones are looked up with it
_SPARE = 1.5  # times as many as should be enough are looked at, since words keep company
_ALL = 1 << 40  # more ads than there are
_KNOWN_SECONDS = 60
_MANY_NAMES = 200_000  # skills and places after which a process forgets their numbers


class Sizes(NamedTuple):
    """About how many ads there are, and when the oldest of each hundredth of them was posted."""

    ads: int
    posted: Sequence[int]

    def since(self, ads: float) -> int | None:
        """When the oldest of the `ads` newest ads was posted, roughly; None for all."""
        if ads >= self.ads or len(self.posted) < 2:
            return None
        steps = len(self.posted) - 1
        at = steps - int(ads * steps / self.ads) - 1
        return self.posted[at] if at > 0 else None


class Standing:
    """What a process knows of the sizes of the tables, and of the skills by their numbers."""

    def __init__(self, ask: Ask, tables: Tables) -> None:
        self._ask, self._tables = ask, tables
        self._sizes, self._until = Sizes(0, ()), 0.0
        self._registry, self._skills = Registry(), dict[int, int]()
        self._lock = Lock()
        self._none = Part(Cards.read(np.zeros(0, CARD), (), np.zeros((0, 2), np.int64), Registry()))

    def sizes(self) -> Sizes:
        """As PostgreSQL’s own statistics have them, a minute old at most."""
        if time.monotonic() > self._until:
            schema, _, name = self._tables.ads.partition(".")
            ((ads, posted),) = self._ask(
                "SELECT (SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)), "
                "(SELECT histogram_bounds::text::bigint[] FROM pg_stats "
                "WHERE schemaname = %s AND tablename = %s AND attname = 'posted')",
                [self._tables.ads, schema, name],
            )
            self._sizes = Sizes(max(ads or 0, 0), posted or ())
            self._until = time.monotonic() + (_KNOWN_SECONDS if self._sizes.ads > MOST else 1)
        return self._sizes

    def forget(self) -> None:
        """Ask anew when it is next needed."""
        self._until = 0.0

    def board(self, cards: bytes, skills: bytes, many: bytes) -> Board:
        """The board that these ads alone would be."""
        raw = np.frombuffer(cards, CARD)
        numbers, back = np.unique(np.frombuffer(skills, "<i8"), return_inverse=True)
        rows = np.repeat(np.arange(len(many)), np.frombuffer(many, np.uint8))
        self._learn([number for number in numbers.tolist() if number not in self._skills])
        with self._lock:
            registry = self._registry
            own = np.array([self._skills.get(number, -1) for number in numbers.tolist()], np.int64)
            part = Part(Cards.of(raw, rows, own[back.ravel()], registry))
        return Board(part, self._none, np.ones(len(raw), np.bool_), registry)

    def _learn(self, numbers: list[int]) -> None:
        """The names of these skills, however spelt; one query, where there are any.

        With the other spellings, so that a skill has one name whichever ads were found.
        """
        if not numbers:
            return
        rows = self._ask(
            f"SELECT DISTINCT number, name FROM {self._tables.skills} WHERE key = ANY(ARRAY("
            f"SELECT key FROM {self._tables.skills} WHERE number = ANY(%s::bigint[])))",
            [numbers],
        )
        with self._lock:
            if len(self._skills) + len(self._registry.spots) > _MANY_NAMES:
                self._registry, self._skills = Registry(), {}
            self._skills |= {n: self._registry.skills.number(name) for n, name in rows}


class Found(NamedTuple):
    """The newest ads that fit, as a selection; `more`: there are further ones, which do not count.

    `newest` is the newest of all live ads, as SearchQuery.upto.
    """

    selection: Selection
    more: bool
    newest: tuple[int, int] | None


class Asked(NamedTuple):
    """All that a search is about: what was asked, what it means, what is known of its words."""

    query: SearchQuery
    plan: Plan
    facts: Facts
    choices: Mapping[str, list[str]]  # by facet: the terms of which one will do
    places: Sequence[int] | None  # near enough
    now: int
    sizes: Sizes
    most: int  # ads that are ranked and counted

    def but(self, *facets: str) -> "Asked":
        """The same, whatever is chosen of these facets."""
        rest = {name: terms for name, terms in self.choices.items() if name not in facets}
        return self._replace(choices=rest)

    def there(self) -> float:
        """About how many ads are near enough."""
        named = self.choices.get("place")
        return sum(map(self.facts.roughly, named)) if named else float(self.sizes.ads)

    def share(self) -> float:
        """About which part of the ads fits: as though words and choices kept no company."""
        ads, roughly = max(self.sizes.ads, 1), self.facts.roughly
        words = [min(1.0, _having(want, self.facts) / ads) for want in self.plan.required]
        if self.plan.any_will_do:
            words = [min(1.0, sum(words))]
        shares = [min(1.0, sum(map(roughly, terms)) / ads) for terms in self.choices.values()]
        left = [max(0.0, 1 - _having(want, self.facts) / ads) for want in self.plan.excluded]
        one_sided = 0.5 if self.query.side and self.plan.required else 1.0
        return prod([*shares, *words, *left, one_sided])

    def likely(self) -> float:
        """About how many ads fit."""
        return self.share() * self.sizes.ads


def _having(want: Want, facts: Facts) -> int:
    """About how many ads meet it, at most."""
    return sum(
        min(map(facts.roughly, one.terms)) + (facts.begun(one.prefix) if one.prefix else 0)
        for one in want.alternatives
    )


def find(ask: Ask, tables: Tables, standing: Standing, asked: Asked, *, bare: bool) -> Found:
    """The newest ads that fit: one query, and more where words are rarer together than alone.

    `bare`: without their skills, and in no order.
    """
    share, likely = asked.share(), asked.likely()
    looked_at = int(_SPARE * (asked.most + 1) / max(share, 1e-9))
    way = Way(bare=bare)
    if likely > asked.most:
        if looked_at <= _WALKED:
            way = way._replace(walk=looked_at)
        else:
            way = way._replace(since=asked.sizes.since(looked_at))
    found = _find(ask, tables, standing, asked, way)
    while not found.more and (way.walk or way.since) and way.walk < asked.sizes.ads:
        if 0 < way.walk * _FURTHER <= _WALKED:
            way = way._replace(walk=way.walk * _FURTHER)
        else:
            way = Way(bare=bare, walk=0 if _has_words(asked) else _ALL)
        found = _find(ask, tables, standing, asked, way)
    return found


class Way(NamedTuple):
    """How to go about it: look at the `walk` newest ads one by one; or look up which have the
    words, of all ads or of those posted `since` then."""

    bare: bool
    walk: int = 0
    since: int | None = None


def _has_words(asked: Asked) -> bool:
    """Whether there is something that an index can look up."""
    return bool(asked.choices or asked.plan.required)


def _find(ask: Ask, tables: Tables, standing: Standing, asked: Asked, way: Way) -> Found:
    sql, values = question(tables, asked, way)
    ((cards, skills, many, scores, posted, id),) = ask(sql, values)
    more = len(cards) > asked.most * CARD.itemsize
    if more:
        cards, scores = cards[: asked.most * CARD.itemsize], scores[: asked.most * 4]
        skills, many = skills[: -8 * many[-1]] if many and many[-1] else skills, many[:-1]
    board = standing.board(cards, skills, many)
    worth_each = np.frombuffer(scores, ">f4").astype(np.float32) if scores else None
    rows = np.arange(board.size)
    selection = Selection.of(board, (rows, worth_each), asked.query, asked.now)
    return Found(selection, more, None if posted is None else (posted, id))


def question(tables: Tables, asked: Asked, way: Way) -> tuple[str, list[Any]]:
    """SQL for the cards, skills and worth of the newest ads that fit, as a few long values."""
    column = asked.query.side or "said"
    shown, shown_values = live(asked.now)
    there, there_values = live(asked.now, asked.query.upto)
    where = _where(asked, column, way)
    value = worth(asked.plan, column, _rarity(asked))
    if way.bare or not value.values:
        value = Worth("", [])
    if way.walk:
        source = (
            f"(SELECT card, skills, many, place, said, seeks, offers FROM {tables.ads} "
            f"WHERE {there} ORDER BY posted DESC, id DESC LIMIT {way.walk}) AS newer"
        )
        newest = f"SELECT * FROM {source} WHERE {where.text}"
    else:
        # sorted by a sum, which no index has in its order: the words shall be looked up
        newest = (
            f"SELECT card, skills, many{f', {column}' if value.sql else ''} FROM {tables.ads} "
            f"WHERE {there} AND {where.text} "
            "ORDER BY posted + 0 DESC, id DESC"
        )
    sql = (
        f"WITH last AS (SELECT posted, id FROM {tables.ads} WHERE {shown} "
        f"ORDER BY posted DESC, id DESC LIMIT 1) SELECT {_long('card')}, "
        f"{_none if way.bare else _long('skills')}, {_none if way.bare else _long('many')}, "
        f"{_long(f'float4send(({value.sql})::real)') if value.sql else _none}, "
        "(SELECT posted FROM last), (SELECT id FROM last) "
        f"FROM ({newest} LIMIT {asked.most + 1}) AS newest"
    )
    return sql, [*shown_values, *value.values, *there_values, *where.values]


_none = "''::bytea"


def _long(column: str) -> str:
    return f"coalesce(string_agg({column}, {_none}), {_none})"


class _Where(NamedTuple):
    sql: list[str]
    values: list[Any]

    def add(self, sql: str, value: Any) -> None:
        self.sql.append(sql)
        self.values.append(value)

    @property
    def text(self) -> str:
        return " AND ".join(self.sql) or "true"


def _where(asked: Asked, column: str, way: Way) -> _Where:
    """What must be true of an ad. ts_match_vq is `@@` by a name for which no index is looked at.

    What is rarest is looked up; an index would have to go through all ads that have the rest.
    """
    having = asked.facts.roughly
    where = _Where([], [])
    parts = _parts(asked, excluding=column == "said")
    rarest = min([*parts.values(), asked.there()])
    looked_up = [part for part, ads in parts.items() if ads <= _ALIKE * rarest and not way.walk]
    looked_at = [part for part in parts if part not in looked_up]
    if column != "said" and (words := match(asked.plan, having)):
        where.add(f"ts_match_vq({column}, %s::tsquery)", words)
    if looked_up:
        where.add("said @@ %s::tsquery", " & ".join(looked_up))
    if looked_at:
        where.add("ts_match_vq(said, %s::tsquery)", " & ".join(looked_at))
    if asked.places is not None:
        where.add("place = ANY(%s::bigint[])", list(asked.places))
    if way.since is not None:
        where.add("posted >= %s", way.since)
    return where


def _parts(asked: Asked, *, excluding: bool) -> dict[str, float]:
    """The tsqueries that an ad must all meet, each with about how many ads meet it."""
    facts, plan = asked.facts, asked.plan
    having, ads = facts.roughly, float(asked.sizes.ads)
    parts = {
        any_of(terms): float(sum(map(having, terms)))
        for field, terms in asked.choices.items()
        if field != "place"
    }
    wants = [(f"({meets(want, having)})", _having(want, facts)) for want in plan.required]
    if plan.any_will_do and wants:
        parts[f"({' | '.join(sql for sql, _ in wants)})"] = sum(count for _, count in wants)
    else:
        parts |= wants
    if excluding:
        parts |= {f"!({meets(want, having)})": ads for want in plan.excluded}
    return parts


def _rarity(asked: Asked) -> Rarity:
    return Rarity(asked.facts.roughly, asked.facts.begun, asked.sizes.ads)


def near_enough(place: Place, within: int) -> tuple[int, ...]:
    """The towns that are within so many miles, by id."""
    ids, degrees = _towns()
    return tuple(ids[miles_from(degrees, place, within) <= within].tolist())


@cache
def _towns() -> tuple[Numbers, Numbers]:
    places = list(shelf().by_id.values())
    degrees = np.array([(place.latitude, place.longitude) for place in places])
    return np.array([place.id for place in places]), degrees
