"""How good the order of what is found is: nDCG@10 on test collections, beside other engines.

BENCH_CRANFIELD=/a/folder BENCH_CISI=/another make bench-relevance

Each folder holds the collection's original files, as universities hand them out; nothing of them is
part of this project. BENCH_POSTGRES may name a database in which the index on PostgreSQL is made as
well, in a schema of its own. A question is asked in full, words said twice count twice, and any of
them will do, as when no ad has all. `as the board asks` goes through the whole search instead, with
its own rules: all words first, and no more than 400 characters of a question.
"""

import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from app.search.analysis import words
from app.search.answer import shown
from app.search.evaluate import evaluate
from app.search.index import AdDocument
from app.search.plan import Alternative, Plan, Want
from app.search.postgres_finding import Asked
from app.search.postgres_index import PostgresIndex
from app.search.query import SearchQuery
from app.search.whoosh_index import WhooshIndex
from bench.engines import NOW, _query
from bench.rivals import Fts5, NotHere, PlainWhoosh, Tantivy

FIRST = 10  # so many of what is found are looked at
_PART = re.compile(r"^\.([A-Z])(.*)$")
_WORD = re.compile(r"\w+")
Grades = Mapping[int, float]  # how much an ad is worth to a question, by its id
Ask = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Collection:
    """Texts by number (title and body), questions by number, and what answers which how well."""

    name: str
    texts: dict[int, tuple[str, str]]
    questions: dict[int, str]
    grades: dict[int, Grades]

    def documents(self) -> list[AdDocument]:
        """The texts as ads: the title as headline, the body as what is said about it."""
        return [
            AdDocument(
                id=id, box=f"{id:06d}", kind="seeks", headline=title, seeks="", offers="",
                about=body, seeks_skills=(), offers_skills=(), sector="other", modes=("video",),
                rhythm="once", place_id=None, latitude=None, longitude=None, posted=NOW - 1,
                expires=NOW + 1, language="en",
            )
            for id, (title, body) in self.texts.items()
        ]  # fmt: skip


def parts(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Every record of a file in SMART’s format: its number, and its parts by letter."""
    record: dict[str, list[str]] = {}
    number, letter = 0, ""
    for line in path.read_text(encoding="latin-1").splitlines():
        found = _PART.match(line)
        if found and found[1] == "I":
            if number:
                yield number, {key: " ".join(lines) for key, lines in record.items()}
            number, letter, record = int(found[2]), "", {}
        elif found and not found[2].strip():
            letter = found[1]
        else:
            record.setdefault(letter, []).append(line.strip())
    if number:
        yield number, {key: " ".join(lines) for key, lines in record.items()}


def cranfield(folder: Path) -> Collection:
    """1,400 abstracts on flight. Judgements go by the order of the questions, 1 is the best."""
    texts = {}
    for number, said in parts(folder / "cran.all.1400"):
        title, body = said.get("T", ""), said.get("W", "")
        texts[number] = title, body.removeprefix(title)
    questions = {n: said["W"] for n, (_, said) in enumerate(parts(folder / "cran.qry"), 1)}
    grades: dict[int, dict[int, float]] = defaultdict(dict)
    for line in (folder / "cranqrel").read_text().splitlines():
        question, text, code = map(int, line.split()[:3])
        if 1 <= code <= 4:
            grades[question][text] = 5.0 - code
    return Collection("Cranfield", texts, questions, dict(grades))


def cisi(folder: Path) -> Collection:
    """1,460 abstracts on libraries; what is not judged to be an answer is none."""
    texts = {n: (s.get("T", ""), s.get("W", "")) for n, s in parts(folder / "CISI.ALL")}
    asked = {n: said.get("W", "") for n, said in parts(folder / "CISI.QRY")}
    grades: dict[int, dict[int, float]] = defaultdict(dict)
    for line in (folder / "CISI.REL").read_text().splitlines():
        question, text = map(int, line.split()[:2])
        grades[question][text] = 1.0
    questions = {number: asked[number] for number in grades}
    return Collection("CISI", texts, questions, dict(grades))


COLLECTIONS = {
    "BENCH_CRANFIELD": (cranfield, "cran.all.1400, cran.qry and cranqrel"),
    "BENCH_CISI": (cisi, "CISI.ALL, CISI.QRY and CISI.REL"),
}


def ndcg(found: Sequence[int], grades: Grades) -> float:
    """Discounted gain of the first ten, against the best order there could be."""

    def gain(worth: Sequence[float]) -> float:
        return sum(one / log2(at + 2) for at, one in enumerate(worth[:FIRST]))

    best = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(id, 0.0) for id in found]) / best if best else 0.0


# --- who is asked ---------------------------------------------------------------------------------


def ours(folder: Path, ads: Sequence[AdDocument]) -> dict[str, Ask]:
    """Our ranking alone, and the whole search."""
    index = WhooshIndex(folder / "ours")
    with index.wait_to_write(5) as batch:
        batch.rebuild(ads)
    snapshot = index.view()
    ids = snapshot.board.column("id")

    def any_word(question: str) -> Sequence[int]:
        terms = [word.term for word in words(question) if not word.stop]
        wants = tuple(Want((Alternative((term,)),)) for term in terms)
        found = evaluate(Plan(wants, any_will_do=True), snapshot.terms())
        if found is None:
            return []
        ranked = sorted(zip(-found.scores, ids[found.rows].tolist(), strict=True))
        return [id for _, id in ranked[:FIRST]]

    def as_the_board_asks(question: str) -> Sequence[int]:
        query: SearchQuery = _query(question + " ", plain="1")
        return [int(box) for box in index.search(query, NOW, size=FIRST, facets=False).boxes]

    return {"ours": any_word, "ours, as the board asks": as_the_board_asks}


def on_postgresql(database: str, ads: Sequence[AdDocument]) -> dict[str, Ask]:
    """The same of the index on PostgreSQL: any word, and the whole search."""
    sessions = sessionmaker(sa.create_engine(database))
    index = PostgresIndex(reading=sessions, writing=sessions, schema="relevance", most=len(ads))
    with index.wait_to_write(5) as batch:
        batch.rebuild(ads)
    library = index.library

    def any_word(question: str) -> Sequence[int]:
        terms = [word.term for word in words(question) if not word.stop]
        wants = tuple(Want((Alternative((term,)),)) for term in terms)
        if not wants:
            return []
        facts = library.facts(NOW)
        for term in terms:
            facts.having(term)
        facts.look_up()
        plan = Plan(wants, any_will_do=True)
        query: SearchQuery = _query("x")
        asked = Asked(query, plan, facts, {}, None, NOW, library.standing.sizes(), len(ads))
        return [int(box) for box in shown(library.find(asked).selection, query, FIRST)[0]]

    def as_the_board_asks(question: str) -> Sequence[int]:
        query: SearchQuery = _query(question + " ", plain="1")
        return [int(box) for box in index.search(query, NOW, size=FIRST, facets=False).boxes]

    return {
        "ours on PostgreSQL": any_word,
        "ours on PostgreSQL, as the board asks": as_the_board_asks,
    }


def rival(kind: Callable[[Path], Any], folder: Path, ads: Sequence[AdDocument]) -> dict[str, Ask]:
    """Another engine, if it can be had."""
    try:
        engine = kind(folder)
        engine.build(ads)
    except NotHere as error:
        print(f"Not compared: {error}")
        return {}

    def ask(question: str) -> Sequence[int]:
        ids: Sequence[int] = engine.any_word(*_WORD.findall(question.lower()))[1]
        return ids

    return {engine.name: ask}


def measured(collection: Collection, folder: Path) -> Iterator[tuple[str, float, float]]:
    """For each engine: nDCG@10 where an answer is an answer, and with the grades there are."""
    ads = collection.documents()
    engines = ours(folder, ads)
    if database := os.environ.get("BENCH_POSTGRES"):
        engines |= on_postgresql(database, ads)
    for kind in (Fts5, Tantivy, PlainWhoosh):
        engines |= rival(kind, folder, ads)
    for name, ask in engines.items():
        plain, graded = 0.0, 0.0
        for number, question in collection.questions.items():
            found, grades = ask(question), collection.grades.get(number, {})
            plain += ndcg(found, dict.fromkeys(grades, 1.0))
            graded += ndcg(found, grades)
        count = len(collection.questions)
        yield name, plain / count, graded / count


def report(collection: Collection) -> None:
    """Print one collection’s table in Markdown."""
    size = f"{len(collection.texts):,} texts, {len(collection.questions)} questions"
    print(f"\n### {collection.name}: {size}\n")
    print(f"| | nDCG@{FIRST} | to FTS5 | with grades | to FTS5 |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="bothways-relevance-") as temporary:
        rows = list(measured(collection, Path(temporary)))
    base = next((row[1:] for row in rows if row[0] == Fts5.name), (1.0, 1.0))
    for name, *figures in rows:
        cells = [f"{one:.4f} | {one / to:.3f}" for one, to in zip(figures, base, strict=True)]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Measure whichever collections are there; say what is wanted where none is."""
    wanted = {name: os.environ.get(name) for name in COLLECTIONS}
    for name, (read, files) in COLLECTIONS.items():
        if folder := wanted[name]:
            report(read(Path(folder)))
        else:
            print(f"{name} may name a folder with {files}.")
    if not any(wanted.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
