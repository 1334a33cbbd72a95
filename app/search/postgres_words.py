"""What the ads in a PostgreSQL index say, as far as a query needs to know.

A plan is made once to learn what it asks, that is looked up in one go, and it is made again: a
usual query takes one look, one with slips a few.
"""

import time
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

from app.core.text import fold
from app.search.analysis import LONGEST
from app.search.plan import Near, Plan, plan
from app.search.postgres_tables import Ask, Tables
from app.search.postgres_terms import quoted
from app.search.query import SearchQuery
from app.search.spelling import Shelf, Spelling

COUNTED = 500  # ads up to which it is counted how many have a term now; above, that is as good
_LONGER_WORDS = 50  # words that an unfinished one is completed to
_MOST_COUNTED = 12  # of these, of which it is counted whether an ad still has them
_MOST_LOOKS = 8
_SHELVED_SECONDS = 600  # after which the words are read anew; those that came since always are
_LATE = 300  # numbers that may have been given to words whose ads are committed only now
_LAST = chr(0x10FFFF)


def live(now: int, upto: tuple[int, int] | None = None, ad: str = "") -> tuple[str, list[int]]:
    """SQL for: anybody may see it at `now`, and it was there at `upto`; with its parameters."""
    dot = f"{ad}." if ad else ""
    sql, values = f"{dot}posted <= %s AND {dot}expires > %s", [now, now]
    if upto is None:
        return sql, values
    return f"{sql} AND ({dot}posted, {dot}id) <= (%s, %s)", [*values, *upto]


class Facts:
    """How many ads have which terms at one moment, looked up when all that is asked is known."""

    def __init__(
        self, ask: Ask, tables: Tables, now: int, upto: tuple[int, int] | None = None
    ) -> None:
        self._ask, self._tables, self._live = ask, tables, live(now, upto, "a")
        self._roughly: dict[str, int] = {}
        self._counted: dict[str, int] = {}
        self._begun: dict[str, dict[str, int]] = {}
        self._wanted: set[str] = set()
        self._to_count: set[str] = set()
        self._beginnings: set[str] = set()

    @property
    def asking(self) -> bool:
        """Whether something was asked that is not known yet."""
        return bool(self._wanted or self._to_count or self._beginnings)

    def having(self, term: str) -> int:
        """How many live ads have it, of many roughly; 0 until it was looked up."""
        if term not in self._counted:
            self._to_count.add(term)
        return self._counted.get(term, 0)

    def roughly(self, term: str) -> int:
        """How many ads had it when they were last counted; 0 until it was looked up."""
        if term in self._counted:
            return self._counted[term]
        if term not in self._roughly:
            self._wanted.add(term)
        return self._roughly.get(term, 0)

    def beginning(self, prefix: str) -> dict[str, int]:
        """The most frequent terms that begin so, and roughly how many ads have each."""
        if prefix not in self._begun:
            self._beginnings.add(prefix)
        return self._begun.get(prefix, {})

    def begun(self, prefix: str) -> int:
        """Roughly how many ads have a term that begins so."""
        return sum(self.beginning(prefix).values())

    def look_up(self) -> None:
        """Learn all that was asked; one query."""
        terms = sorted(self._wanted | self._to_count)
        sql, live_values = self._live
        count = f"(SELECT count(*) FROM {self._tables.ads} a WHERE a.said @@ w.query AND {sql})"
        known = (
            "SELECT '', w.term, coalesce(t.ads, 0), CASE WHEN t.ads IS NULL OR NOT w.counted "
            f"OR t.ads > {COUNTED} THEN coalesce(t.ads, 0) ELSE {count} END "
            "FROM unnest(%s::text[], %s::tsquery[], %s::bool[]) AS w(term, query, counted) "
            f"LEFT JOIN {self._tables.terms} t ON t.term = w.term"
        )
        values: list[Any] = [
            *live_values, terms, list(map(quoted, terms)), [t in self._to_count for t in terms]
        ]  # fmt: skip
        if self._beginnings:
            known += (
                " UNION ALL SELECT b.prefix, t.term, t.ads, t.ads FROM unnest(%s::text[]) AS "
                f"b(prefix), LATERAL (SELECT term, ads FROM {self._tables.terms} "
                "WHERE term >= b.prefix AND term < b.prefix || %s "
                f"ORDER BY ads DESC, term LIMIT {_LONGER_WORDS}) t"
            )
            values += [sorted(self._beginnings), _LAST]
            self._begun |= {prefix: {} for prefix in self._beginnings}
        for prefix, term, roughly, counted in self._ask(known, values):
            if prefix:
                self._begun[prefix][term] = roughly
                continue
            self._roughly[term] = roughly
            if term in self._to_count:
                self._counted[term] = counted
        self._wanted, self._to_count, self._beginnings = set(), set(), set()


class Words:
    """All plain words of the ads, kept by a process for a while; with those that came since."""

    def __init__(self) -> None:
        self._shelf: Shelf | None = None
        self._upto, self._until = 0, 0.0
        self._lock = Lock()

    def shelves(self, ask: Ask, tables: Tables) -> list[Shelf]:
        """What words there are; one query for those that are new."""
        with self._lock:
            if self._shelf is None or time.monotonic() > self._until:
                self._shelf, self._upto = _read(ask, tables, 0)
                self._until = time.monotonic() + _SHELVED_SECONDS
            known, upto = self._shelf, self._upto
        return [known, _read(ask, tables, upto - _LATE)[0]]

    def forget(self) -> None:
        """Read them anew when they are next asked for."""
        with self._lock:
            self._shelf = None


def _read(ask: Ask, tables: Tables, after: int) -> tuple[Shelf, int]:
    """The words with a number above `after`, and the last number of any term, word or not."""
    plain = (
        f"SELECT term, ads, (SELECT max(number) FROM {tables.terms}) FROM {tables.terms} "
        "WHERE number > %s AND term ~ '^[a-z]+$'"
    )
    rows = ask(plain, [after])
    return Shelf.of((term, ads) for term, ads, _ in rows), rows[0][2] if rows else after


class _Terms:
    """What app.search.spelling needs beside counts."""

    def __init__(self, words: Words, ask: Ask, tables: Tables) -> None:
        self._words, self._ask, self._tables = words, ask, tables
        self._read: list[Shelf] | None = None

    def shelves(self) -> list[Shelf]:
        if self._read is None:
            self._read = self._words.shelves(self._ask, self._tables)
        return self._read


class Said(Spelling):
    """The words of the live ads; see app.search.wants.Vocabulary."""

    def __init__(self, facts: Facts, terms: _Terms) -> None:
        self._facts = facts
        self._terms = terms  # type: ignore[assignment]  # its shelves are all that is asked

    def having(self, term: str) -> int:
        return self._facts.having(term)

    def begun(self, prefix: str) -> bool:
        longer = self._facts.beginning(prefix)
        if any(ads > COUNTED for ads in longer.values()):
            return True
        return max(map(self.having, list(longer)[:_MOST_COUNTED]), default=0) > 0

    def known(self, terms: Sequence[str]) -> list[int]:
        return [self._facts.roughly(term) for term in terms]

    def near(self, word: str) -> tuple[Near, ...]:
        """Looked for only when all else is known: few words need it."""
        return () if self._facts.asking else super().near(word)


def read(
    query: SearchQuery, facts: Facts, words: Words, ask: Ask, tables: Tables, also: Iterable[str]
) -> Plan:
    """What the words of `query` ask for. `facts` knows their terms then, and those of `also`."""
    said = Said(facts, _Terms(words, ask, tables))
    for term in also:
        facts.roughly(term)
    for clause in query.clauses:
        if clause.prefix:
            facts.beginning(fold(clause.text)[:LONGEST])
    for _ in range(_MOST_LOOKS):
        asked = plan(query, said)
        for want in asked.wants:
            for term in {term for one in want.alternatives for term in one.terms}:
                facts.roughly(term)
        if not facts.asking:
            return asked
        facts.look_up()
    return asked
