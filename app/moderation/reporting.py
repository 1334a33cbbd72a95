"""Reports: one of a person and thing, gathered into cases; enough confirmed ones hide the thing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import policy as ads_policy
from app.ads import service as ads
from app.core.secret import Address
from app.core.site import Site
from app.core.tokens import new_box
from app.moderation import log, rules, telling, things
from app.moderation.models import Attached, Case, Report
from app.people import service as people
from app.people.models import Person
from app.relay import service as relay
from app.relay.models import Thread
from app.relay.policy import Role
from app.relay.scrub import scrub


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says is wrong, and who says so.

    `email` is where they would like to hear back; `reporter` whoever proved to be there; `source`
    the network they came from, which stands for those who gave neither.
    """

    reason: str
    text: str
    email: Address | None
    reporter: Person | None
    source: str


@dataclass(frozen=True, slots=True)
class Ways:
    """How this board does it: what hides, and how many days a decision may take."""

    hide_at: int = 3
    within: timedelta = timedelta(days=2)


def report_ad(
    session: Session,
    *,
    box: str,
    person_too: bool,
    said: Said,
    ways: Ways,
    now: datetime,
    site: Site,
) -> Report:
    """Report an ad, or with `person_too` whoever wrote it."""
    ad = ads.get_live(session, box, now=now)
    if person_too:
        subject = things.handle_of(session, ad.person)
        return _take(session, "person", subject, ad.person, said, ways, now, site)
    return _take(session, "ad", ad.box, ad.person, said, ways, now, site)


def report_thread(
    session: Session,
    *,
    thread: Thread,
    by: Role,
    person_too: bool,
    attach: bool,
    said: Said,
    ways: Ways,
    now: datetime,
    site: Site,
) -> Report:
    """Report what the other side of a conversation does, or with `person_too` them altogether.

    `attach`: its last messages, as that side may read them, are copied for the broker to read.
    """
    about = thread.writer if by == "replier" else thread.replier
    kind, subject = "thread", thread.key
    if person_too and about is not None:
        kind, subject = "person", things.handle_of(session, about)
    kept = _take(session, kind, subject, about, said, ways, now, site)
    if attach and kept.case_id is not None:
        _attach(session, kept.case_id, thread, by)
    return kept


def _take(
    session: Session,
    kind: str,
    subject: str,
    about: Person | None,
    said: Said,
    ways: Ways,
    now: datetime,
    site: Site,
) -> Report:
    case = things.open_case(session, kind, subject)
    fresh = case is None
    if case is None:
        case = _open(session, kind, subject, about, now)
    report, new = _keep(session, case, said, now, site)
    if not new:
        return report
    case.reporters += 1
    case.urgent = case.urgent or said.reason == "unsafe"
    log.write(
        session,
        who="anybody",
        what="report",
        kind=kind,
        subject=subject,
        reason=report.reason,
        case_id=case.id,
        now=now,
    )
    if fresh:
        telling.broker(session, report=report, now=now, site=site)
    if report.confirmed_at is not None:
        _count(session, case, report, ways, now, site)
    telling.received(session, report=report, within=ways.within, now=now, site=site)
    return report


def _open(session: Session, kind: str, subject: str, about: Person | None, now: datetime) -> Case:
    case = Case(
        kind=kind,
        subject=subject,
        about_id=about.id if about else None,
        urgent=False,
        reporters=0,
        confirmed=0,
        opened_at=now,
    )
    session.add(case)
    session.flush()
    return case


def _keep(
    session: Session, case: Case, said: Said, now: datetime, site: Site
) -> tuple[Report, bool]:
    """The report and whether it is this person’s first in the case; more words join the first.

    Addresses are taken out of the words: whoever is named there, the broker needs none to decide.
    """
    own = [said.email] if said.email else []
    own += [said.reporter.email] if said.reporter else []
    text, _ = scrub(said.text, parties=own)
    who = _signature(said, site)
    standing = session.scalar(
        sa.select(Report).where(Report.case_id == case.id, Report.reporter == who)
    )
    if standing is not None:
        if text and text not in standing.text:
            standing.text = f"{standing.text}\n\n{text}".strip()[: rules.TEXT_MOST]
        case.urgent = case.urgent or said.reason == "unsafe"
        return standing, False
    reporter, email = said.reporter, said.email
    if reporter is not None:
        email = reporter.email if email else None  # any other address has proved nothing
    elif email is not None:
        reporter = people.meet(session, email=email, now=now)
    report = Report(
        number=_free_number(session),
        case_id=case.id,
        subject_kind=case.kind,
        subject=case.subject,
        reason=said.reason,
        text=text,
        email=email,
        reporter_id=reporter.id if reporter else None,
        reporter=who,
        confirmed_at=now if said.reporter else None,
        created_at=now,
    )
    session.add(report)
    session.flush()
    return report, True


def _signature(said: Said, site: Site) -> str:
    """What all reports of one person share: their proven or typed address, else their network."""
    if said.reporter is not None:
        return site.signer.sign("reporter", said.reporter.email_key)
    if said.email is not None:
        return site.signer.sign("reporter", said.email.key)
    return site.signer.sign("reporter-source", said.source)


def confirm(
    session: Session, *, number: str, person: Person, ways: Ways, now: datetime, site: Site
) -> Report | None:
    """Its mailed link was pressed: the report counts in full. None where it is gone."""
    report = session.scalar(sa.select(Report).where(Report.number == number))
    if report is None or report.reporter_id != person.id:
        return None
    people.confirm(person, now=now)
    case = session.get(Case, report.case_id) if report.case_id else None
    if report.confirmed_at is None:
        report.confirmed_at = now
        if case is not None and case.decided_at is None:
            _count(session, case, report, ways, now, site)
    return report


def _count(
    session: Session, case: Case, report: Report, ways: Ways, now: datetime, site: Site
) -> None:
    """One more confirmed reporter; enough of them hide the thing, each once for good.

    Whoever reported it before, in a case that was decided, does not count again.
    """
    earlier = sa.select(Report.id).where(
        Report.subject_kind == case.kind,
        Report.subject == case.subject,
        Report.reporter == report.reporter,
        Report.case_id != case.id,
    )
    if session.scalar(earlier.limit(1)) is not None:
        return
    case.confirmed += 1
    if case.hidden_at is None and rules.hides(case.confirmed, ways.hide_at):
        _hide(session, case, now, site)


def _hide(session: Session, case: Case, now: datetime, site: Site) -> None:
    """Off the board until a broker has looked. A conversation is nobody else’s to see anyway."""
    about = session.get(Person, case.about_id) if case.about_id else None
    if case.kind == "thread" or about is None:
        return
    case.hidden_at = now
    live = ads.live_of_person(session, about, now=now)
    for ad in live:
        if case.kind == "person" or ad.box == case.subject:
            ads.hold(session, ad=ad, why=ads_policy.REPORTED, now=now)
            telling.held(session, ad=ad, now=now, site=site)
    log.write(
        session,
        who="board",
        what="hide",
        kind=case.kind,
        subject=case.subject,
        reason="reported",
        case_id=case.id,
        now=now,
    )


def _attach(session: Session, case_id: int, thread: Thread, by: Role) -> None:
    there = set(session.scalars(sa.select(Attached.message_id).where(Attached.case_id == case_id)))
    for message in relay.last_messages(thread, by, rules.LAST_MESSAGES):
        if message.id not in there:
            author = thread.writer_id if message.author == "writer" else thread.replier_id
            session.add(
                Attached(
                    case_id=case_id,
                    thread=thread.key,
                    message_id=message.id,
                    author_id=author,
                    author=message.author,
                    text=message.text,
                    said_at=message.created_at,
                )
            )


def reports(session: Session) -> list[Report]:
    """Every complaint, newest first."""
    query = sa.select(Report).where(Report.reason != rules.APPEAL).order_by(Report.id.desc())
    return list(session.scalars(query))


def of_case(session: Session, case: Case) -> list[Report]:
    """What was said in a case, oldest first."""
    return list(
        session.scalars(sa.select(Report).where(Report.case_id == case.id).order_by(Report.id))
    )


def _free_number(session: Session) -> str:
    while session.scalar(sa.select(Report.id).where(Report.number == (number := new_box()))):
        continue
    return number
