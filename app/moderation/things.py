"""What reports and decisions are about: an ad, a conversation, a person; and their names."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.core.tokens import new_box, normalise_box
from app.moderation import rules
from app.moderation.models import Case, Decision, Handle
from app.moderation.refusals import ThingUnknown
from app.people.models import Person
from app.relay import service as relay
from app.relay.models import Thread


@dataclass(frozen=True, slots=True)
class Thing:
    """One of them. `about` is whose doing it is, None once they are erased."""

    kind: str
    subject: str
    about: Person | None
    ad: Ad | None = None
    thread: Thread | None = None

    @property
    def state(self) -> str:
        """How it stands, in the words of `rules.offered`."""
        if self.ad is not None:
            seen = self.ad.posted_at is not None
            return "hidden" if self.ad.state == "held" and seen else self.ad.state
        return "" if self.thread is None else self.thread.state

    @property
    def offered(self) -> tuple[str, ...]:
        """What may be decided about it now."""
        suspended = self.about is not None and self.about.suspended_at is not None
        known = self.about is not None
        return rules.offered(self.kind, self.state, known=known, suspended=suspended)


def find(session: Session, kind: str, subject: str) -> Thing:
    """The thing of that name. Raises ThingUnknown, unless there is a case about it still."""
    if kind == "ad":
        thing = _ad(session, subject)
    elif kind == "thread":
        thing = _thread(session, subject)
    else:
        thing = _person(session, subject)
    known = thing.about or thing.ad or thing.thread
    if not known and open_case(session, kind, subject) is None:
        raise ThingUnknown
    return thing


def _ad(session: Session, subject: str) -> Thing:
    ad = ads.find_ad(session, subject)
    box = ad.box if ad else normalise_box(subject) or subject
    return Thing("ad", box, ad.person if ad else None, ad=ad)


def _thread(session: Session, subject: str) -> Thing:
    """A held first message is its sender’s doing; of others the case says whose it is."""
    thread = relay.find_any(session, subject)
    about = thread.replier if thread is not None and thread.state == "held" else None
    case = newest_case(session, "thread", subject)
    if about is None and case is not None and case.about_id is not None:
        about = session.get(Person, case.about_id)
    return Thing("thread", subject, about, thread=thread)


def _person(session: Session, subject: str) -> Thing:
    handle = session.get(Handle, subject.upper())
    return Thing(
        "person", subject.upper(), session.get(Person, handle.person_id) if handle else None
    )


def words_of(thing: Thing) -> str:
    """What an ad, or a held first message, says; '' for what nobody but its two sides reads."""
    if thing.ad is not None:
        said = (thing.ad.headline, thing.ad.seeks, thing.ad.offers, thing.ad.about)
        return "\n".join(words for words in said if words)
    if thing.thread is not None and thing.thread.state == "held":
        return "\n".join(message.text for message in thing.thread.messages)
    return ""


def handle_of(session: Session, person: Person) -> str:
    """What this person is called at the desk; made when first needed."""
    if (known := find_handle(session, person)) is not None:
        return known
    while session.get(Handle, (handle := f"P{new_box()}")) is not None:
        continue
    session.add(Handle(handle=handle, person_id=person.id))
    session.flush()
    return handle


def find_handle(session: Session, person: Person) -> str | None:
    """What this person is called at the desk, if it ever was about them."""
    return session.scalar(sa.select(Handle.handle).where(Handle.person_id == person.id))


def open_case(session: Session, kind: str, subject: str) -> Case | None:
    """The case in which reports on this thing gather now; appeals are cases of their own."""
    own = (Case.kind == kind, Case.subject == subject, Case.appeal_of.is_(None))
    return session.scalar(sa.select(Case).where(*own, Case.decided_at.is_(None)))


def open_cases(session: Session, kind: str, subject: str) -> list[Case]:
    """All that a decision about this thing answers, appeals first."""
    own = (Case.kind == kind, Case.subject == subject, Case.decided_at.is_(None))
    query = sa.select(Case).where(*own).order_by(Case.appeal_of.is_(None), Case.id)
    return list(session.scalars(query))


def newest_case(session: Session, kind: str, subject: str) -> Case | None:
    """The last case about this thing, open or not."""
    own = (Case.kind == kind, Case.subject == subject)
    return session.scalar(sa.select(Case).where(*own).order_by(Case.id.desc()).limit(1))


def decisions_about(session: Session, person: Person) -> list[Decision]:
    """What has been decided about anything of theirs, newest first."""
    query = sa.select(Decision).where(Decision.about_id == person.id)
    return list(session.scalars(query.order_by(Decision.id.desc()).limit(20)))


def decisions(session: Session, kind: str, subject: str) -> list[Decision]:
    """What has been decided about this thing, newest first."""
    own = (Decision.kind == kind, Decision.subject == subject)
    return list(session.scalars(sa.select(Decision).where(*own).order_by(Decision.id.desc())))
