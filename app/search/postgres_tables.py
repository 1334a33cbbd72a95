"""The tables of a PostgreSQL index: what they are called, and how they are made.

They are no part of the board's schema: derived data, in a schema of their own, made anew at any
moment. Their names say of which EDITION they are; those of another are as good as none.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from app.search.postgres_terms import Row

EDITION = 1  # of what is kept: another where a row means something else than it did

Ask = Callable[[str, Sequence[Any]], list[Any]]  # rows of a query that only looks


class Tables(NamedTuple):
    """One generation of tables, by name."""

    schema: str
    suffix: str = ""

    @property
    def ads(self) -> str:
        """One row for each ad: app.search.postgres_terms.Row."""
        return f"{self.schema}.ads_{EDITION}{self.suffix}"

    @property
    def terms(self) -> str:
        """The terms of all ads, and how many had each when they were last counted."""
        return f"{self.schema}.terms_{EDITION}{self.suffix}"

    @property
    def skills(self) -> str:
        """Each skill, by every word in it: from there on, as printed, its key and number."""
        return f"{self.schema}.skills_{EDITION}{self.suffix}"

    @property
    def all(self) -> tuple[str, str, str]:
        return self.ads, self.terms, self.skills

    @property
    def numbers(self) -> str:
        """The sequence that goes on with every change; it outlives all tables."""
        return f"{self.schema}.written"

    @property
    def lock(self) -> str:
        """What the advisory locks of this index are named after."""
        return f"{self.schema}.{EDITION}"


COLUMNS = ", ".join(Row._fields)
_UPDATED = ", ".join(f"{name} = excluded.{name}" for name in Row._fields if name != "id")


def write_ad(tables: Tables) -> str:
    """Puts in one row, in the place of another state of the ad; what is as it was stays."""
    casts = {"said": "tsvector", "seeks": "tsvector", "offers": "tsvector", "wants": "text[]"}
    casts |= {"gives": "text[]"}
    values = ", ".join(f"%s::{casts[n]}" if n in casts else "%s" for n in Row._fields)
    return (
        f"INSERT INTO {tables.ads} AS a ({COLUMNS}) VALUES ({values}) ON CONFLICT (id) DO UPDATE "
        f"SET {_UPDATED} WHERE a.fingerprint <> excluded.fingerprint"
    )


def write_terms(tables: Tables) -> str:
    """Puts in terms that are new; they count as of one ad until they are counted."""
    return (
        f"INSERT INTO {tables.terms} (term, ads) SELECT term, 1 FROM unnest(%s::text[]) AS t(term) "
        "ON CONFLICT DO NOTHING"
    )


def write_skills(tables: Tables) -> str:
    """Puts in skills that are new."""
    return (
        f"INSERT INTO {tables.skills} (start, name, key, number) SELECT * FROM "
        "unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) ON CONFLICT DO NOTHING"
    )


def making(tables: Tables) -> list[str]:
    """Makes empty tables; indexes come when they are filled (`indexing`)."""
    return [
        f"CREATE SCHEMA IF NOT EXISTS {tables.schema}",
        f"CREATE SEQUENCE IF NOT EXISTS {tables.numbers}",
        *(f"DROP TABLE IF EXISTS {name}" for name in tables.all),
        f"CREATE TABLE {tables.ads} (id bigint NOT NULL, box text NOT NULL, "
        "fingerprint bigint NOT NULL, posted bigint NOT NULL, expires bigint NOT NULL, "
        "person bigint NOT NULL, sector text NOT NULL, place bigint, wants text[] NOT NULL, "
        "gives text[] NOT NULL, said tsvector NOT NULL, seeks tsvector NOT NULL, "
        "offers tsvector NOT NULL, skills bytea NOT NULL, many bytea NOT NULL, "
        "card bytea NOT NULL)",
        # these stay in the row, where a search reads two thousand of them
        f"ALTER TABLE {tables.ads} ALTER said SET STORAGE MAIN, ALTER card SET STORAGE PLAIN, "
        "ALTER skills SET STORAGE PLAIN, ALTER many SET STORAGE PLAIN",
        _terms(tables),
        f'CREATE TABLE {tables.skills} (start text COLLATE "C", name text COLLATE "C", '
        "key text NOT NULL, number bigint NOT NULL, PRIMARY KEY (start, name))",
    ]


def indexing(tables: Tables) -> list[str]:
    """Makes the indexes of full tables, and tells the planner what is in them.

    Without `fastupdate`: what is new would otherwise be looked through by every search. The ads are
    put in the order they were posted in, as new ones will be: those asked for, the newest, lie
    together, and one small index says in which parts of the table.
    """
    in_order = f"{tables.ads}_in_order"
    return [
        f"CREATE INDEX {in_order.partition('.')[2]} ON {tables.ads} (posted)",
        f"CLUSTER {tables.ads} USING {in_order.partition('.')[2]}",
        f"DROP INDEX {in_order}",
        f"ALTER TABLE {tables.ads} ADD PRIMARY KEY (id)",
        f"CREATE INDEX ON {tables.ads} USING gin (said) WITH (fastupdate = off)",
        f"CREATE INDEX ON {tables.ads} (posted, id)",
        f"CREATE INDEX ON {tables.ads} USING brin (posted) "
        "WITH (pages_per_range = 32, autosummarize = on)",
        f"CREATE INDEX ON {tables.ads} (place, posted)",
        f"CREATE INDEX ON {tables.ads} (expires)",
        f"CREATE INDEX ON {tables.terms} (number)",
        f"CREATE INDEX ON {tables.skills} (key)",
        f"CREATE INDEX ON {tables.skills} (number)",
        *(f"ANALYZE {name}" for name in tables.all),
    ]


def counting(new: Tables, old: Tables) -> list[str]:
    """Makes a new table of terms with as many ads as have each now."""
    vectors = f"SELECT said FROM {old.ads}"
    return [
        f"DROP TABLE IF EXISTS {new.terms}",
        _terms(new),
        f"INSERT INTO {new.terms} (term, ads, number) SELECT word, ndoc, "
        f"coalesce(t.number, nextval('{new.numbers}')) FROM ts_stat('{vectors}') "
        f"LEFT JOIN {old.terms} t ON t.term = word",
        f"CREATE INDEX ON {new.terms} (number)",
        f"ANALYZE {new.terms}",
        f"ANALYZE {old.ads}",
    ]


def _terms(tables: Tables) -> str:
    return (
        f'CREATE TABLE {tables.terms} (term text COLLATE "C" PRIMARY KEY, ads integer NOT NULL, '
        f"number bigint NOT NULL DEFAULT nextval('{tables.numbers}'))"
    )


def swapping(new: Sequence[str], old: Sequence[str]) -> list[str]:
    """Puts the new tables in the place of the old ones."""
    pairs = zip(new, old, strict=True)
    return [
        *(f"DROP TABLE IF EXISTS {name}" for name in old),
        *(f"ALTER TABLE {one} RENAME TO {other.partition('.')[2]}" for one, other in pairs),
    ]
