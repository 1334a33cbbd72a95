"""An ad as a row, and a plan as a question, in PostgreSQL's words: tsvector and tsquery. Pure.

Terms are the board's own (app.search.analysis), never those of PostgreSQL's dictionaries. What an
ad is filtered by stands beside its words as further terms, each behind a `=`, which no word has:
so one index answers words and choices together.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.catalogue.skills import skill_key
from app.core.text import fold
from app.search.cards import card, sided_skills
from app.search.entries import ABOUT, GAP, HEADLINE, SIDE, SKILL, Part, parts
from app.search.evaluate import SURELY_UNFINISHED
from app.search.index import AdDocument
from app.search.plan import Alternative, Plan, Want
from app.search.query import SearchQuery

LETTERS = {HEADLINE: "A", SKILL: "B", SIDE: "C", ABOUT: ""}  # D is said by saying nothing
# What ts_rank is told that D, C, B and A count: at most 1
WEIGHTS = (
    "{" + ",".join(f"{weight / HEADLINE:.4f}" for weight in (ABOUT, SIDE, SKILL, HEADLINE)) + "}"
)
MOST_PLACES = 300  # towns of which it is known how many ads are there; more are half the country

Having = Callable[[str], int]  # how many ads have a term


class Row(NamedTuple):
    """What a table keeps of one ad, in the order of its columns."""

    id: int
    box: str
    fingerprint: int
    posted: int
    expires: int
    person: int
    sector: str
    place: int | None
    wants: list[str]  # keys of skills
    gives: list[str]
    said: str  # tsvectors
    seeks: str
    offers: str
    skills: bytes  # the number_of each, eight bytes long
    many: bytes  # how many these are, in one byte
    card: bytes


class Written(NamedTuple):
    """One ad, ready to be written: its row, its terms, and its skills.

    A skill stands there once for each word in it: as printed from there on, then its name, key and
    number.
    """

    row: Row
    terms: set[str]
    skills: list[tuple[str, str, str, int]]


def written(document: AdDocument) -> Written:
    """What is kept of an ad."""
    whole, seeks, offers = parts(document)
    lengths = (_words(whole), _words(seeks), _words(offers))
    skills = sided_skills(document)
    keys = {name: skill_key(name) for name in (sided[1:] for sided in skills)}
    marks = sorted(_choices(document, keys.values()))
    terms = {term for spoken, _ in whole for term, _ in spoken.terms}
    row = Row(
        document.id,
        document.box,
        document.fingerprint(),
        document.posted,
        document.expires,
        document.person,
        document.sector,
        document.place_id,
        sorted({skill_key(name) for name in document.seeks_skills}),
        sorted({skill_key(name) for name in document.offers_skills}),
        " ".join([_vector(whole), *map(quoted, marks)]),
        _vector(seeks),
        _vector(offers),
        b"".join(number_of(name).to_bytes(8, "little") for name in keys),
        bytes([len(keys)]),
        card(document, lengths),
    )
    starts = [
        (start, name, key, number_of(name))
        for name, key in keys.items()
        for start in _starts(fold(name))
    ]
    return Written(row, terms.union(marks), starts)


@lru_cache(maxsize=50_000)
def number_of(name: str) -> int:
    """63 bits by which a skill, as it is printed, is known in the rows of its ads."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _choices(document: AdDocument, keys: Iterable[str]) -> Iterator[str]:
    yield from (chosen("kind", document.kind), chosen("sector", document.sector))
    yield chosen("rhythm", document.rhythm)
    yield from (chosen("mode", mode) for mode in document.modes)
    yield from (chosen("skill", key) for key in keys)
    if document.place_id is not None:
        yield chosen("place", str(document.place_id))


def chosen(field: str, value: str) -> str:
    """The term of all ads with this value."""
    return f"={field}:{value}"


def _words(part: Sequence[Part]) -> int:
    return sum(spoken.length for spoken, _ in part)


def _starts(name: str) -> list[str]:
    return [name[at:] for at in range(len(name)) if not at or name[at - 1] == " "]


def _vector(said: Sequence[Part]) -> str:
    """The tsvector of some parts of an ad, places as app.search.entries.TermsOf counts them."""
    places: dict[str, list[str]] = {}
    start = 1
    for spoken, weight in said:
        letter = LETTERS[weight]
        for term, at in spoken.terms:
            places.setdefault(term, []).append(f"{start + at}{letter}")
        start += spoken.reach + GAP
    return " ".join(f"{quoted(term)}:{','.join(at)}" for term, at in places.items())


def quoted(term: str) -> str:
    """A term as it stands in the text of a tsvector or tsquery, whatever signs are in it."""
    escaped = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


# --- from a plan to a tsquery ---------------------------------------------------------------------


def match(plan: Plan, having: Having) -> str:
    """The tsquery of all that meets `plan`, '' when it asks for everything."""
    wants = [f"({meets(want, having)})" for want in plan.required]
    asked = [f"({(' | ' if plan.any_will_do else ' & ').join(wants)})"] if wants else []
    return " & ".join([*asked, *(f"!({meets(want, having)})" for want in plan.excluded)])


def meets(want: Want, having: Having) -> str:
    """The tsquery of all that meets one want."""
    return " | ".join(f"({one})" for one in (alternative(a, having) for a in want.alternatives))


def alternative(asked: Alternative, having: Having) -> str:
    """The tsquery of one alternative."""
    terms = [quoted(term) for term in asked.terms]
    if asked.prefix and completed(asked, having):
        terms[-1] = f"({terms[-1]} | {quoted(asked.prefix)}:*)"
    if not asked.phrase:
        return " & ".join(terms)
    steps = zip(asked.offsets, asked.offsets[1:], strict=False)
    apart = [f" <{later - earlier}> " for earlier, later in steps]
    return terms[0] + "".join(step + term for step, term in zip(apart, terms[1:], strict=True))


def completed(asked: Alternative, having: Having) -> bool:
    """Whether the last word is completed: unless it is short and stands for itself."""
    return not (having(asked.terms[-1]) and len(asked.prefix) < SURELY_UNFINISHED)


def choices(query: SearchQuery, places: Sequence[int] | None) -> dict[str, list[str]]:
    """By facet (or `place`): the terms of which an ad must have one.

    `places`: the towns that are near enough, None for any.
    """
    wanted = {
        "kind": [query.kind] if query.kind else [],
        "sector": query.sectors,
        "skill": [skill_key(name) for name in query.skills],
        "mode": query.modes,
        "rhythm": query.rhythms,
        "place": [str(id) for id in places] if places and len(places) <= MOST_PLACES else [],
    }
    return {
        field: [chosen(field, value) for value in values]
        for field, values in wanted.items()
        if values
    }


def any_of(terms: Iterable[str]) -> str:
    """The tsquery of what has one of these."""
    return f"({' | '.join(map(quoted, terms))})"
