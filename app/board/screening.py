"""What is looked at before others read it: the words of an ad or a first message, at the edge."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from app.ads.policy import Draft
from app.board import access, form_guard
from app.current import site
from app.people.models import Person
from app.spam import service as spam
from app.spam.service import Assessment
from app.spam.signals import carried

SURE = "sure"  # the field by which a sender who was warned sends it all the same


@dataclass(frozen=True, slots=True)
class Seen:
    """A text and what it says by itself, found out before the unit of work that keeps it."""

    text: str
    looked: spam.Look


def look_at_ad(draft: Draft) -> Seen:
    """Read everything that people would read of the ad."""
    words = (draft.headline, draft.seeks, draft.offers, draft.about, draft.name)
    skills = (*draft.seeks_skills, *draft.offers_skills)
    text = "\n".join((*words, ", ".join(skills)))
    return Seen(text, spam.look(kind="ad", text=text))


def look_at_message(text: str, name: str) -> Seen:
    """Read a first message and the name under it."""
    text = f"{text}\n{name}"
    return Seen(text, spam.look(kind="message", text=text))


def of_ad(work: Session, *, seen: Seen, person: Person, now: datetime) -> Assessment:
    """What to do with a new ad, in the transaction that keeps it."""
    return _with_oddity(of_change(work, seen=seen, person=person, now=now))


def of_change(work: Session, *, seen: Seen, person: Person, now: datetime) -> Assessment:
    """The same of an ad that its writer changes, by a form that may be sent quickly."""
    text, looked, source = seen.text, seen.looked, _source()
    return spam.assess(
        work, kind="ad", text=text, person=person, source=source, now=now, looked=looked
    )


def of_message(work: Session, *, seen: Seen, person: Person, box: str, now: datetime) -> Assessment:
    """What to do with a first message, in the transaction that keeps it."""
    found = spam.assess(
        work,
        kind="message",
        text=seen.text,
        person=person,
        source=_source(),
        now=now,
        about=box,
        looked=seen.looked,
    )
    return _with_oddity(found)


def to_be_warned(text: str) -> bool:
    """Whether the sender of this first message should be asked once if they are sure."""
    return not request.form.get(SURE) and bool(carried(text))


def _with_oddity(found: Assessment) -> Assessment:
    """A form that no person fills in so is held, whatever it says."""
    return Assessment(form_guard.oddity() or found.held_reason, found.score, found.group)


def _source() -> str:
    return site().signer.sign("spam-source", access.source())
