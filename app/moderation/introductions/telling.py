"""The mails of an introduction: both are asked once, and who said yes hears if nothing came."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.core.site import Site
from app.mail import desk_messages, outbox
from app.mail.messages import Draft
from app.moderation.introductions import rules
from app.moderation.introductions.models import Introduction
from app.people import service as people


def proposed(session: Session, *, introduction: Introduction, now: datetime, site: Site) -> None:
    """Ask each side, with the other’s ad and a link of its own; no name is in it."""
    for side in rules.SIDES:
        own, theirs = (rules.ad_of(introduction, one) for one in (side, rules.other(side)))
        assert own is not None
        assert theirs is not None
        subject = str(introduction.id)
        token = people.issue_link(
            session, person=own.person, purpose="meet", subject=subject, now=now
        )
        draft = desk_messages.introduction(
            site,
            headline=own.headline,
            box=own.box,
            theirs=desk_messages.Sides(theirs.headline, theirs.box, theirs.seeks, theirs.offers),
            line=introduction.line,
            link=site.meet(token),
            until=rules.ends_at(introduction),
        )
        _put(session, draft, own, now, site)


def nothing_came(
    session: Session, *, introduction: Introduction, now: datetime, site: Site
) -> None:
    """Tell whoever said yes, in the same words whatever the reason was; nobody else hears."""
    for side in rules.SIDES:
        own = rules.ad_of(introduction, side)
        if own is None or rules.says(introduction, side) != "yes":
            continue
        if own.person.undeliverable_at is not None:
            continue
        live = ads.is_live(own, now)
        page = site.matches(own.box) if live else site.page("ads")
        draft = desk_messages.introduction_over(
            site, headline=own.headline, box=own.box, page=page, live=live
        )
        _put(session, draft, own, now, site)


def _put(session: Session, draft: Draft, ad: Ad, now: datetime, site: Site) -> None:
    outbox.put(session, draft, site=site, to=ad.person.email, person_id=ad.person_id, now=now)
