"""The index in the board’s own PostgreSQL, for boards beyond one machine.

Any process on any host reads and writes it. What one process holds of it are names and sizes,
never an answer: an ad is found everywhere as soon as its transaction is committed.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from psycopg.errors import Error
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.search import postgres_counts as counts
from app.search.index import EVERY_MARK, AdDocument, IndexUnavailable, People, Said, SearchPage
from app.search.postgres_answer import Library, answer, similar
from app.search.postgres_finding import MOST
from app.search.postgres_tables import Tables
from app.search.postgres_words import live
from app.search.postgres_writing import PostgresBatch, Sessions, batch_lock
from app.search.query import SearchQuery

SCHEMA = "search"
_GROWN = 1.3  # times as many ads as when the terms were counted make it worth counting them again
_FEW = 500
_DAMAGED = ("3F", "42", "XX")  # SQLSTATE: no such schema, table or column; torn pages
_TUNED = "tuned"
# A search reads what is in memory, and sorts it there. Compiling one takes longer than answering
# it, and so does sharing it out.
_TUNING = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', false)"
    for name, value in {
        "random_page_cost": "1.1",
        "work_mem": "32MB",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
    }.items()
)


class PostgresIndex:
    """The index in one schema of a database; see app.search.index.Index.

    `reading` gives sessions for looking only, perhaps of a replica; `writing` those of the board.
    `most` ads are ranked and counted of those that fit: the newest.
    """

    def __init__(
        self, *, reading: Sessions, writing: Sessions, schema: str = SCHEMA, most: int = MOST
    ) -> None:
        self._reading, self._writing = reading, writing
        self.tables = Tables(schema)
        self.library = Library(self._ask, self.tables, most)
        self._crowd = counts.Crowd()

    def search(
        self, query: SearchQuery, now: int, *, size: int = 20, facets: bool = True
    ) -> SearchPage:
        return answer(self.library, query, now, size=size, facets=facets)

    def similar(self, document: AdDocument, now: int, *, limit: int = 20) -> tuple[str, ...]:
        return similar(self.library, document, now, limit=limit)

    def said(self, terms: Sequence[str], now: int) -> list[Said]:
        return counts.said(self.library, terms, now)

    def words_begun(self, prefix: str) -> list[str]:
        return counts.words_begun(self.library, prefix)

    def skills_begun(self, prefix: str, also: Iterable[str], now: int) -> list[tuple[str, int]]:
        return counts.skills_begun(self.library, prefix, also, now)

    def people(self, now: int, *, sector: str = "") -> People:
        return self._crowd.people(self.library, now, sector)

    # --- what is newer than the index: nothing --------------------------------------------------

    def heeded(self) -> int:
        return EVERY_MARK

    def outdated(self, oldest: int) -> bool:
        return False

    def heeding(self) -> AbstractContextManager[None]:
        return nullcontext()

    def heed(
        self, marks: Sequence[tuple[int, int]], documents: Sequence[AdDocument], oldest: int
    ) -> None:
        return None

    # --- keeping --------------------------------------------------------------------------------

    def generation(self) -> int:
        sql = (
            f"SELECT last_value, to_regclass('{self.tables.ads}') IS NOT NULL "
            f"FROM {self.tables.numbers}"
        )
        ((number, tables_there),) = self._ask(sql, ())
        if not tables_there:
            raise IndexUnavailable("there are no tables of this edition")
        return int(number)

    def torn(self) -> bool:
        return False

    def fingerprints(self, now: int) -> dict[int, tuple[str, int]]:
        shown, values = live(now)
        sql = f"SELECT id, box, fingerprint FROM {self.tables.ads} WHERE {shown}"
        return {id: (box, fingerprint) for id, box, fingerprint in self._ask(sql, values)}

    def ended(self, now: int) -> list[int]:
        sql = f"SELECT id FROM {self.tables.ads} WHERE expires <= %s"
        return [id for (id,) in self._ask(sql, [now])]

    def verify(self) -> None:
        """PostgreSQL looks after its own bits; what is read here is all that a search may read."""
        columns = ("card", "skills", "said", "seeks", "offers")
        sums = ", ".join(f"sum(length({column}))" for column in columns)
        self._ask(f"SELECT {sums} FROM {self.tables.ads}", ())
        self._ask(f"SELECT count(ads) FROM {self.tables.terms}", ())
        self._ask(f"SELECT count(key) FROM {self.tables.skills}", ())

    def merge(self, *, thorough: bool = True) -> bool:
        """Count the terms again where the board has grown, or `thorough`ly; and clear up."""
        if not thorough and not self._grown():
            return False
        with batch_lock(self._writing, self.tables, 0):
            PostgresBatch(self._writing, self.tables, self._changed).count_again()
        if thorough:
            self._clear_up()
        return True

    def _grown(self) -> bool:
        """Whether there are many more or many fewer ads than when the terms were counted."""
        schema, _, name = self.tables.ads.partition(".")
        sql = (
            "SELECT n_live_tup, (SELECT sum(ads) FROM "
            f"{self.tables.terms} WHERE term IN ('=kind:seeks', '=kind:offers')) "
            "FROM pg_stat_user_tables WHERE schemaname = %s AND relname = %s"
        )
        ((ads, counted),) = self._ask(sql, [schema, name]) or ((0, 0),)
        most, least = max(ads, counted or 0), min(ads, counted or 0)
        return bool(most > _FEW and most > _GROWN * least)

    def _clear_up(self) -> None:
        with self._writing() as session:
            options = {"isolation_level": "AUTOCOMMIT"}
            connection = session.connection(execution_options=options)
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {self.tables.ads}")

    @contextmanager
    def wait_to_write(self, seconds: float = 0) -> Iterator[PostgresBatch]:
        with batch_lock(self._writing, self.tables, seconds):
            yield PostgresBatch(self._writing, self.tables, self._changed)

    def close(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self.library.words.forget()
        self.library.standing.forget()
        self._crowd.forget()

    # --- asking ---------------------------------------------------------------------------------

    def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a query.

        Raises IndexUnavailable where tables are missing or damaged; for all that can befall a
        database, and for whatever a replica lacks, SQLAlchemy’s errors: a page is done anew then.
        """
        with self._reading() as session:
            options = {"isolation_level": "AUTOCOMMIT"}
            connection = session.connection(execution_options=options)
            raw: Any = connection.connection.driver_connection
            try:
                with raw.cursor(binary=True) as cursor:
                    if not connection.info.get(_TUNED):
                        cursor.execute(_TUNING)
                        connection.info[_TUNED] = True
                    return list(cursor.execute(sql, values).fetchall())
            except Error as error:
                if raw.closed:
                    connection.invalidate()
                if (error.sqlstate or "").startswith(_DAMAGED) and self._is_own(session):
                    raise IndexUnavailable(type(error).__name__) from error
                wrapped = DBAPIError.instance(
                    None,
                    None,
                    error,
                    Error,
                    hide_parameters=True,
                    connection_invalidated=raw.closed,
                    dialect=connection.dialect,
                )
                raise wrapped from None

    def _is_own(self, session: Session) -> bool:
        with self._writing() as own:
            return own.get_bind() is session.get_bind()
