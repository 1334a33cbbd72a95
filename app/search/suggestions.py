"""What may be meant by the beginning of a word: skills and words of live ads, towns, sectors."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.catalogue.places import Place, suggest_places
from app.catalogue.sectors import Sector, all_sectors
from app.catalogue.skills import suggest_skills
from app.core.text import fold
from app.search import projection
from app.search.analysis import Word, words
from app.search.index import Index, IndexUnavailable
from app.search.query import clean
from app.search.towns import town_begun

MOST = 5  # of each sort
LONGEST = 60  # characters that are looked at
_STEM_CUTS = 4  # letters at the end of a word that its stem may lack


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to offer under the search box. Skills and words come with a number of live ads.

    `towns` are to be put after `before`: what was typed up to and with “in”, or nothing.
    """

    skills: tuple[tuple[str, int], ...] = ()
    sectors: tuple[Sector, ...] = ()
    before: str = ""
    towns: tuple[Place, ...] = ()
    words: tuple[tuple[str, int], ...] = ()


def suggest(session: Session, index: Index, text: str, *, now: datetime) -> Suggestions:
    """Suggestions for what somebody has typed so far; any text will do."""
    typed = clean(text[: LONGEST * 2])[:LONGEST]
    if not any(c.isalnum() for c in typed):
        return Suggestions()
    projection.catch_up(session, index, now=now)
    before, begun = town_begun(typed)
    towns = suggest_places(begun, MOST) if len(begun) > 1 else []
    if before and towns:
        return Suggestions(before=before, towns=tuple(towns))
    return Suggestions(
        skills=_skills(index, typed, now),
        sectors=tuple(_sectors(typed))[:MOST],
        towns=tuple(towns[:3]),
        words=_words(session, index, typed, now),
    )


def written(
    session: Session, index: Index, terms: Sequence[str], *, now: datetime, begun: str = ""
) -> dict[str, tuple[str, int]]:
    """How a live ad writes each term (a word that begins with `begun`), and how many have it.

    Terms that no live ad has, or none so, are left out. Two queries, whatever is asked.
    """
    try:
        said = index.said(terms, int(now.timestamp()))
    except IndexUnavailable:
        return {}
    found = {ad.box: ad for ad in ads.get_by_boxes(session, [one.box for one in said])}
    told = {}
    for one in said:
        ad = found.get(one.box)
        if ad and ads.is_live(ad, now) and (word := _written_in(ad, one.term, begun)):
            told[one.term] = (word, one.ads)
    return told


def _skills(index: Index, typed: str, now: datetime) -> tuple[tuple[str, int], ...]:
    """Those that live ads have, those that begin so first; then others the catalogue knows."""
    known, start = suggest_skills(typed, MOST), fold(typed.strip())
    try:
        counted = dict(index.skills_begun(start, known, int(now.timestamp())))
    except IndexUnavailable:
        counted = {}
    names = {**{name: counted.get(name, 0) for name in known}, **counted}
    # what the catalogue puts first stays first among equals
    ranked = sorted(
        names.items(), key=lambda one: (one[1] == 0, not fold(one[0]).startswith(start), -one[1])
    )
    return tuple(ranked[:MOST])


def _sectors(typed: str) -> Iterator[Sector]:
    start = fold(typed.strip())
    for sector in all_sectors():
        name = fold(sector.name)
        if len(start) > 1 and any(name[at:].startswith(start) for at in _starts(name)):
            yield sector


def _starts(name: str) -> list[int]:
    return [at for at in range(len(name)) if not at or name[at - 1] == " "]


def _words(
    session: Session, index: Index, typed: str, now: datetime
) -> tuple[tuple[str, int], ...]:
    """What the last word may become; words before it stay. Numbers only of a single word."""
    before, _, last = typed.rpartition(" ")
    begun = fold(last)
    if len(begun) < 2:
        return ()
    try:
        terms = index.words_begun(begun)
    except IndexUnavailable:
        return ()
    stems = [begun[:-cut] for cut in range(1, _STEM_CUTS) if len(begun) - cut > 2]
    told = written(session, index, [*terms[:MOST], *stems], now=now, begun=begun)
    ranked = sorted(told.values(), key=lambda entry: -entry[1])[:MOST]
    kept = f"{before} " if before else ""
    return tuple((kept + word, 0 if kept else count) for word, count in ranked)


def _written_in(ad: Ad, term: str, begun: str) -> str:
    """The commonest way this ad writes `term`, rather in small letters; '' if none begins so."""
    forms: Counter[str] = Counter()
    skills = (*ad.side_skills("seeks"), *ad.side_skills("offers"))
    for text in (*skills, ad.headline, ad.seeks, ad.offers, ad.about):
        for word in words(text, tags=True):
            form = text[word.start : word.end]
            if word.term == term and fold(form).startswith(begun):
                forms[form if text in skills else _as_printed(text, word)] += 1
    small = [form for form in forms if form.islower()]
    return max(small or forms, key=lambda form: forms[form], default="")


def _as_printed(text: str, word: Word) -> str:
    """The word as it stands, but for a capital that it only has where a sentence begins."""
    form, before = text[word.start : word.end], text[: word.start].rstrip(" ‘“(–-")
    opens = not before or before[-1] in ".!?:"
    return form.lower() if opens and form.istitle() else form
