"""The mails of moderation: reporters, writers and the broker are told; none learns who reported."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.core.site import Site
from app.mail import desk_messages, messages, outbox
from app.mail.messages import Draft
from app.moderation import rules
from app.moderation.models import Decision, Report
from app.people import service as people
from app.people.models import Person
from app.people.policy import PURPOSES
from app.relay.models import Thread


def broker(session: Session, *, report: Report, now: datetime, site: Site) -> None:
    """Tell the address that answers for this board of a new case."""
    if site.broker_email is None:
        return
    draft = messages.report_received(
        site,
        number=report.number,
        subject_kind=report.subject_kind,
        subject=report.subject,
        reason=rules.REASONS.get(report.reason, report.reason),
        text=report.text,
        url=site.desk(report.subject_kind, report.subject),
    )
    outbox.put(session, draft, site=site, to=site.broker_email, person_id=None, now=now)


def received(
    session: Session, *, report: Report, within: timedelta, now: datetime, site: Site
) -> None:
    """Thank who typed an address; who is not known there is asked to confirm the report."""
    person = _reporter(session, report)
    if report.email is None or person is None:
        return
    days = within.days
    if report.confirmed_at is not None:
        draft = messages.report_thanks(site, number=report.number, days=days)
    else:
        subject, lasts = report.number, PURPOSES["report"].lasts
        token = people.issue_link(
            session, person=person, purpose="report", subject=subject, now=now
        )
        link = site.confirm_report(token)
        draft = messages.confirm_report(
            site, number=report.number, days=days, link=link, until=now + lasts
        )
    outbox.put(session, draft, site=site, to=report.email, person_id=person.id, now=now)


def held(session: Session, *, ad: Ad, now: datetime, site: Site) -> None:
    """Tell a writer that their ad is being looked at."""
    draft = messages.ad_held(site, headline=ad.headline, box=ad.box)
    _put(session, draft, ad.person, now, site)


def published(session: Session, *, ad: Ad, now: datetime, site: Site) -> None:
    """Tell a writer that their held ad is on the board."""
    draft = messages.ad_published(site, headline=ad.headline, box=ad.box)
    _put(session, draft, ad.person, now, site)


def let_through(session: Session, *, thread: Thread, more: int, now: datetime, site: Site) -> None:
    """Tell whoever wrote a held first message that its reader has it; `more` like it have gone."""
    if (person := thread.replier) is None:
        return
    link = people.issue_link(session, person=person, purpose="thread", subject=thread.key, now=now)
    draft = desk_messages.let_through(
        site, headline=thread.headline, box=thread.box, more=more, link=site.link(link)
    )
    _put(session, draft, person, now, site)


def decided(
    session: Session,
    *,
    decision: Decision,
    person: Person,
    headline: str,
    box: str,
    more: int,
    now: datetime,
    site: Site,
) -> None:
    """Tell whoever it is about what was decided and why, with the way to a second look."""
    draft = messages.decided(
        site,
        what=decision.what,
        kind=decision.kind,
        headline=headline,
        box=box,
        more=more,
        reason=rules.REASONS.get(decision.reason, ""),
        sentence=decision.sentence,
        link=_appeal(session, decision, person, now, site),
    )
    _put(session, draft, person, now, site)


def reporters(
    session: Session, *, decision: Decision, case_id: int, appeal: bool, now: datetime, site: Site
) -> None:
    """Tell everybody who reported, and can be told, what came of it."""
    query = sa.select(Report).where(Report.case_id == case_id).order_by(Report.id)
    for report in session.scalars(query):
        person = _reporter(session, report)
        if person is None and report.email is not None:  # forgotten meanwhile, never confirmed
            person = people.meet(session, email=report.email, now=now)
        wants = report.email is not None or report.confirmed_at is not None
        if person is None or not wants or (person.id == decision.about_id and not appeal):
            continue
        draft = messages.report_decided(
            site,
            number=report.number,
            acted=decision.what not in rules.HARMLESS,
            appeal=appeal,
            sentence=decision.sentence,
            link=_appeal(session, decision, person, now, site),
        )
        _put(session, draft, person, now, site)


def _reporter(session: Session, report: Report) -> Person | None:
    return session.get(Person, report.reporter_id) if report.reporter_id else None


def _appeal(session: Session, decision: Decision, person: Person, now: datetime, site: Site) -> str:
    subject = str(decision.id)
    token = people.issue_link(session, person=person, purpose="appeal", subject=subject, now=now)
    return site.appeal(token)


def _put(session: Session, draft: Draft, person: Person, now: datetime, site: Site) -> None:
    outbox.put(session, draft, site=site, to=person.email, person_id=person.id, now=now)
