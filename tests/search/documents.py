"""Ads as an index is told of them, and queries as a URL would make them."""

from dataclasses import replace
from pathlib import Path

from werkzeug.datastructures import MultiDict

from app.catalogue.places import find_places
from app.search.index import AdDocument, Index
from app.search.query import SearchQuery

NOW = 1_800_000_000
DAY = 86_400

PLAIN = AdDocument(
    id=1,
    box="000001",
    kind="seeks",
    headline="A quiet word about nothing much",
    seeks="",
    offers="",
    about="",
    seeks_skills=(),
    offers_skills=(),
    sector="other",
    modes=("video",),
    rhythm="once",
    place_id=None,
    latitude=None,
    longitude=None,
    posted=NOW - DAY,
    expires=NOW + DAY,
    language="en",
)


def ad(id: int = 1, *, at: str = "", **said: object) -> AdDocument:
    """An ad with box `000001` for id 1 and so on; `at` names its town."""
    place = find_places(at)[0] if at else None
    where = (place.id, place.latitude, place.longitude) if place else (None, None, None)
    document = replace(PLAIN, id=id, box=f"{id:06d}", posted=NOW - DAY + id)
    document = replace(document, place_id=where[0], latitude=where[1], longitude=where[2])
    return replace(document, **said)  # type: ignore[arg-type]


def ask(q: str = "", **args: str | list[str]) -> SearchQuery:
    """The query of a URL with these arguments."""
    pairs = [("q", q)]
    for name, values in args.items():
        pairs += [(name, v) for v in ([values] if isinstance(values, str) else values)]
    return SearchQuery.from_args(MultiDict(pairs))


def fill(index: Index, *documents: AdDocument) -> None:
    """Make the index anew from these."""
    with index.wait_to_write(5) as batch:
        batch.rebuild(documents)


def put(index: Index, *documents: AdDocument, gone: tuple[int, ...] = ()) -> None:
    """Add or replace these, forget those."""
    with index.wait_to_write(5) as batch:
        batch.apply(documents, gone)


def found(index: Index, q: str = "", **args: str | list[str]) -> set[int]:
    """Ids of all ads on the first, very long page."""
    boxes = index.search(ask(q, **args), NOW, size=10_000).boxes
    return {int(box) for box in boxes}


def files(folder: Path) -> list[Path]:
    """Everything the index keeps, but for its lock."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "lock")
