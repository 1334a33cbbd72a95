"""What the live ads in a PostgreSQL index say: which has a word, which skills begin so, how many
people seek and offer each."""

import time
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np

from app.catalogue.skills import skill_key
from app.search.index import Asked, People, Said
from app.search.postgres_answer import Library
from app.search.postgres_terms import chosen, quoted
from app.search.postgres_words import live

_EXACTLY = 2000  # ads up to which it is counted now how many have a word or a skill
_SKILLS = 30  # skills that begin so, the most frequent
_NEWEST = 50_000  # ads whose people are counted
_LONGER_WORDS = 50
_LAST = chr(0x10FFFF)
_AT_ONCE = 0.02  # seconds that counting people may take each time
_KEPT = 100  # times as long as counting them took


def said(library: Library, terms: Sequence[str], now: int) -> list[Said]:
    """For each of `terms` that live ads have: how many (of very many, roughly), and the newest."""
    asked = list(dict.fromkeys(terms))
    sql, values = live(now, ad="a")
    ads = library.tables.ads
    has = "ts_match_vq(a.said, w.query)"  # very many have it: one of the newest does
    rows = library.ask(
        f"SELECT w.term, f.number, f.box FROM (SELECT w.term, w.query, t.ads FROM "
        "unnest(%s::text[], %s::tsquery[]) WITH ORDINALITY AS w(term, query, at) "
        f"JOIN {library.tables.terms} t ON t.term = w.term ORDER BY w.at) w, LATERAL ("
        "(SELECT count(*) AS number, "
        "(array_agg(a.box ORDER BY a.posted DESC, a.id DESC))[1] AS box "
        f"FROM {ads} a WHERE w.ads <= {_EXACTLY} AND a.said @@ w.query AND {sql}) UNION ALL "
        f"(SELECT w.ads, a.box FROM {ads} a WHERE w.ads > {_EXACTLY} AND {has} AND {sql} "
        "ORDER BY a.posted DESC, a.id DESC LIMIT 1)) f WHERE f.box IS NOT NULL",
        [asked, list(map(quoted, asked)), *values, *values],
    )
    return [Said(*row) for row in rows]


def words_begun(library: Library, prefix: str) -> list[str]:
    """The most frequent terms that begin so, some perhaps of no live ad."""
    rows = library.ask(
        f"SELECT term FROM {library.tables.terms} WHERE term >= %s AND term < %s "
        f"ORDER BY ads DESC, term LIMIT {_LONGER_WORDS}",
        [prefix, prefix + _LAST],
    )
    return [term for (term,) in rows]


def skills_begun(
    library: Library, prefix: str, also: Iterable[str], now: int
) -> list[tuple[str, int]]:
    """Skills with a word that begins so, and those of `also`: how many live ads have each."""
    named = {skill_key(name): name for name in also}
    sql, values = live(now, ad="a")
    count = f"(SELECT count(*) FROM {library.tables.ads} a WHERE a.said @@ k.query AND {sql})"
    rows = library.ask(
        f"SELECT k.key, k.name, CASE WHEN k.ads > {_EXACTLY} THEN k.ads ELSE {count} END FROM ("
        "SELECT s.key, min(s.name) AS name, max(t.ads) AS ads, "
        "('''=skill:' || s.key || '''')::tsquery AS query "  # a key has letters, digits, + and #
        f"FROM {library.tables.skills} s "
        f"LEFT JOIN {library.tables.terms} t ON t.term = '=skill:' || s.key "
        "WHERE (s.start >= %s AND s.start < %s) OR s.key = ANY(%s) "
        f"GROUP BY s.key ORDER BY s.key = ANY(%s) DESC, 3 DESC NULLS LAST LIMIT {_SKILLS}) k",
        [*values, prefix, prefix + _LAST, list(named), list(named)],
    )
    counts = {key: (named.get(key, name), ads) for key, name, ads in rows if ads}
    first = [key for key in named if key in counts]
    return [counts[key] for key in (*first, *(key for key in counts if key not in named))]


class Crowd:
    """Counts of people, kept by a process for a while where counting them takes long."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[People, float]] = {}
        self._lock = Lock()

    def people(self, library: Library, now: int, sector: str) -> People:
        """How many people seek and offer each skill; of a large board, in its newest ads."""
        with self._lock:
            known = self._kept.get(sector)
        if known and time.monotonic() < known[1]:
            return known[0]
        began = time.monotonic()
        found = _people(library, now, sector)
        took = time.monotonic() - began
        if took > _AT_ONCE:
            with self._lock:
                self._kept[sector] = found, began + took * _KEPT
        return found

    def forget(self) -> None:
        """Count anew when next asked."""
        with self._lock:
            self._kept.clear()


def _people(library: Library, now: int, sector: str) -> People:
    sql, values = live(now)
    narrowed: list[Any] = [quoted(chosen("sector", sector))] if sector else []
    only = " AND said @@ %s::tsquery" if sector else ""
    counts = " UNION ALL ".join(
        f"SELECT {side}, key, count(DISTINCT person), count(DISTINCT sector) "
        f"FROM few, unnest({column}) AS u(key) GROUP BY key"
        for side, column in enumerate(("wants", "gives"))
    )
    rows = library.ask(
        f"WITH few AS MATERIALIZED (SELECT person, sector, wants, gives FROM {library.tables.ads} "
        f"WHERE {sql}{only} ORDER BY posted DESC, id DESC LIMIT {_NEWEST}), counted AS ({counts}) "
        "SELECT c.*, (SELECT min(s.name) FROM "
        f"{library.tables.skills} s WHERE s.key = c.key) FROM counted c",
        [*values, *narrowed],
    )
    numbers: dict[str, int] = {}
    names: list[str] = []
    for _, key, _, _, name in rows:
        if key not in numbers:
            numbers[key] = len(names)
            names.append(name or key)
    sides = [Asked(np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)) for _ in "so"]
    for side, key, who, sectors, _ in rows:
        sides[side].people[numbers[key]] = who
        sides[side].sectors[numbers[key]] = sectors
    return People(names, *sides)
