"""Telling of new ads: the marks and the mail are one transaction, so that each is told of once."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.alerts import policy
from app.alerts.models import Alert, Told
from app.core.site import Site
from app.mail import messages, outbox
from app.mail.compose import Route
from app.people import service as people
from app.relay import service as relay

_SILENT_AT_ONCE = 200  # alerts in one unit of work; the next round takes up the rest


def tell(
    session: Session, *, alert_id: int, ad_ids: Sequence[int], now: datetime, site: Site
) -> int:
    """Promise a mail about those of these ads that are news to the alert; returns how many are.

    `ad_ids`: what its search finds, in the order a mail should name them. Whether each is live and
    not told of yet is looked at here, in the transaction that writes it down.
    """
    alert = session.get(Alert, alert_id)
    if alert is None or policy.state_of(alert) != "running":
        return 0
    news = _news(session, alert, ad_ids, now)
    if news:
        told = [{"alert_id": alert.id, "ad_id": ad.id, "told_at": now} for ad in news]
        session.execute(sa.insert(Told), told)
        _mail(session, alert, news, now, site)
    return len(news)


def looked(session: Session, *, alert_ids: Collection[int], now: datetime) -> None:
    """These alerts have looked for ads at `now`."""
    session.execute(sa.update(Alert).where(Alert.id.in_(alert_ids)).values(looked_at=now))


def pause_silent(session: Session, *, now: datetime, site: Site) -> int:
    """Pause alerts nobody has pressed anything of for 90 days, and say so; returns how many."""
    silent = (
        Alert.confirmed_at.is_not(None),
        Alert.stopped_at.is_(None),
        Alert.paused_at.is_(None),
        Alert.clicked_at <= now - policy.SILENT_AFTER,
    )
    found = session.scalars(select(Alert).where(*silent).limit(_SILENT_AT_ONCE)).all()
    for alert in found:
        alert.paused_at = now
        link = _link(session, alert, now, site)
        draft = messages.alert_paused(site, words=alert.words, link=link)
        _put(session, alert, draft, link, now, site)
    return len(found)


def _news(session: Session, alert: Alert, ad_ids: Sequence[int], now: datetime) -> list[Ad]:
    """Live ads among these that it has not told of, in the same order."""
    known = select(Told.ad_id).where(Told.alert_id == alert.id, Told.ad_id.in_(ad_ids))
    told = set(session.scalars(known))
    shunned = relay.blocked_by(session, alert.person_id)
    found = ads.by_ids(session, [ad_id for ad_id in ad_ids if ad_id not in told])
    return [
        ad
        for ad_id in ad_ids
        if (ad := found.get(ad_id)) is not None
        and ads.is_live(ad, now)
        and policy.is_news(ad, alert, now)
        and ad.person_id not in shunned
    ]


def _mail(session: Session, alert: Alert, news: Sequence[Ad], now: datetime, site: Site) -> None:
    link = _link(session, alert, now, site)
    named = [messages.Named(ad.headline, ad.box, ad.kind) for ad in news[: policy.NAMED]]
    draft = messages.alert(site, words=alert.words, ads=named, total=len(news), link=link)
    _put(session, alert, draft, link, now, site)


def _link(session: Session, alert: Alert, now: datetime, site: Site) -> str:
    token = people.issue_link(
        session, person=alert.person, purpose="alert", subject=alert.key, now=now
    )
    return site.alert(token)


def _put(
    session: Session, alert: Alert, draft: messages.Draft, link: str, now: datetime, site: Site
) -> None:
    person, route = alert.person, Route(thread=alert.key, stop=link)
    outbox.put(
        session, draft, site=site, to=person.email, person_id=person.id, now=now, route=route
    )
