"""Ads in every state, for a broker: by Box, words, state and writer, the newest first.

Words are looked for in the database, not in the index, which has live ads only. The database knows
no accents, so it is asked for anything like the word, and what it finds is read once more here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.ads.models import Ad, AdSkill
from app.core.text import fold

STATES = ("unconfirmed", "live", "paused", "expired", "held", "closed", "removed")
WORDS_MOST, WORD_MOST = 6, 40
LOOKED_THROUGH = 20_000  # numbers of ads that one page goes back through for words
_READ_MOST = 600  # ads that one page reads once more
_BATCH = 200
_WORD = re.compile(r"[^\W_]+")
# Letters that a reader may or may not have typed with an accent; of others, only as it was typed.
_ACCENTED = frozenset("aeiouwync")
_WITHOUT_INDEX = Ad.state + ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: all `words`, in a `state` by the clock ('' for any), of one person."""

    words: tuple[str, ...] = ()
    state: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of ads; `further` is the `before` of the next, None where nothing is left."""

    ads: list[Ad]
    further: int | None


def words_in(text: str) -> tuple[str, ...]:
    """The words of what somebody typed, as many as are looked for."""
    return tuple(word[:WORD_MOST] for word in _WORD.findall(text)[:WORDS_MOST])


def find(
    session: Session, *, wanted: Wanted, now: datetime, limit: int, before: int | None = None
) -> Found:
    """At most `limit` ads with an id below `before`, newest first.

    A page may be short, even empty, and have more behind it: how far it looks is bounded.
    """
    newest = session.scalar(sa.select(sa.func.max(Ad.id))) or 0
    at = min(before or newest + 1, newest + 1)
    floor = max(0, at - LOOKED_THROUGH) if wanted.words and wanted.person_id is None else 0
    some = _asked(wanted, now).where(Ad.id >= floor).order_by(Ad.id.desc())
    batch = _BATCH if wanted.words else limit + 1
    meant = [fold(word) for word in wanted.words]
    found: list[Ad] = []
    for _ in range(_READ_MOST // _BATCH):
        rows = session.scalars(some.where(Ad.id < at).limit(batch)).all()
        found += [ad for ad in rows if _says(ad, meant)]
        if len(found) > limit:
            return Found(found[:limit], found[limit - 1].id)
        if len(rows) < batch:
            return Found(found, floor or None)
        at = rows[-1].id
    return Found(found, at)


def _asked(wanted: Wanted, now: datetime) -> sa.Select[Ad]:
    query = sa.select(Ad)
    if wanted.words:
        query = query.options(selectinload(Ad.skills)).where(*map(_like, wanted.words))
    if wanted.state:
        query = query.where(_in_state(wanted.state, now))
    if wanted.person_id is not None:
        query = query.where(Ad.person_id == wanted.person_id)
    return query


def _in_state(state: str, now: datetime) -> sa.ColumnElement[bool]:
    """SQL for `policy.state_at`. There are many of some, and few ads are looked at to find a page
    of them; of others an index knows which they are. The database takes the index where it can.
    """
    if state == "live":
        return sa.and_(_WITHOUT_INDEX == "live", Ad.expires_at > now)
    if state == "expired":
        return sa.and_(_WITHOUT_INDEX.in_(("live", "paused")), Ad.expires_at <= now)
    if state == "paused":
        return sa.and_(Ad.state == "paused", Ad.expires_at > now)
    return (_WITHOUT_INDEX if state == "closed" else Ad.state) == state


def _like(word: str) -> sa.ColumnElement[bool]:
    """SQL for: perhaps it says this word. Never false of an ad that does."""
    pattern = f"%{''.join(map(_as_letter, word))}%"
    said = Ad.headline + " " + Ad.seeks + " " + Ad.offers + " " + Ad.about + " " + Ad.name
    skill = sa.exists().where(AdSkill.ad_id == Ad.id, AdSkill.skill.ilike(pattern))
    return sa.or_(said.ilike(pattern), skill)


def _as_letter(letter: str) -> str:
    plain = fold(letter)
    if len(plain) != 1:
        return "%"
    return "_" if plain in _ACCENTED or plain != letter.lower() else plain


def _says(ad: Ad, words: Sequence[str]) -> bool:
    """Whether it has all of these folded words, or words that have them within."""
    if not words:
        return True
    skills = [row.skill for row in ad.skills]
    said = fold("\n".join((ad.headline, ad.seeks, ad.offers, ad.about, ad.name, *skills)))
    return all(word in said for word in words)
