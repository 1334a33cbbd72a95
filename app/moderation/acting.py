"""What a decision does to the thing itself: to an ad, a conversation, a person."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import policy as ads_policy
from app.ads import service as ads
from app.ads.models import Ad
from app.core.site import Site
from app.moderation.things import Thing
from app.people import service as people
from app.people.models import Person
from app.relay import service as relay


def act(session: Session, *, thing: Thing, what: str, now: datetime, site: Site) -> None:
    """Do it. Raises what ads and conversations refuse: NotNow, AlreadyStands, TooLate…"""
    if what == "suspend" and thing.about is not None:
        _suspend(session, thing, thing.about, now)
    elif what == "lift" and thing.about is not None:
        _lift(session, thing.about, now)
    elif thing.ad is not None:
        _ad(session, thing.ad, what, now)
    elif thing.kind == "thread" and thing.thread is not None:
        _thread(session, thing, what, now, site)
    elif thing.kind == "person" and thing.about is not None:
        _person(session, thing.about, what, now)


def _ad(session: Session, ad: Ad, what: str, now: datetime) -> None:
    hidden = ad.state == "held" and ad.posted_at is not None
    if what == "publish" and ad.state == "removed":
        ads.restore(session, ad=ad, now=now)
    elif what == "publish" or (hidden and what in {"warn", "pause"}):
        ads.release(session, ad=ad, now=now)
    if what == "pause":
        ads.pause(session, ad=ad, now=now)
    elif what == "change":
        ads.hold(session, ad=ad, why=ads_policy.NEEDS_CHANGE, now=now)
    elif what == "remove":
        ads.remove(session, ad=ad, now=now)


def _thread(session: Session, thing: Thing, what: str, now: datetime, site: Site) -> None:
    assert thing.thread is not None
    if what == "publish":
        relay.release(session, key=thing.subject, now=now, site=site)
    elif what == "remove" and thing.thread.state == "held":
        relay.remove_held(session, key=thing.subject, now=now)
    elif what == "remove":
        relay.stop(session, thread=thing.thread, now=now)


def _person(session: Session, person: Person, what: str, now: datetime) -> None:
    """Pausing or clearing somebody settles the ads that were hidden with them."""
    for ad in ads.of_person(session, person):
        if ad.held_reason == ads_policy.REPORTED and ad.state == "held":
            ads.release(session, ad=ad, now=now)
    if what == "pause":
        for ad in ads.live_of_person(session, person, now=now):
            ads.pause(session, ad=ad, now=now)


def _suspend(session: Session, thing: Thing, person: Person, now: datetime) -> None:
    """Nothing of theirs is on the board meanwhile, waits at the desk, or goes out by mail."""
    people.suspend(person, now=now)
    for ad in ads.of_person(session, person):
        if ads.is_live(ad, now) or ad.state == "held":
            ads.hold(session, ad=ad, why=ads_policy.SUSPENDED, now=now)
    for thread in relay.held_of(session, person):
        relay.remove_held(session, key=thread.key, now=now)
    relay.withhold_of(session, person=person, now=now)
    if thing.thread is not None and thing.thread.state == "open":
        relay.stop(session, thread=thing.thread, now=now)


def _lift(session: Session, person: Person, now: datetime) -> None:
    """What was live is live again; what nobody had seen yet waits at the desk again."""
    people.let_speak(person)
    for ad in ads.of_person(session, person):
        if ad.state == "held" and ad.held_reason == ads_policy.SUSPENDED:
            if ad.posted_at is not None:
                ads.release(session, ad=ad, now=now)
            else:
                ads.hold(session, ad=ad, why=ads_policy.LIFTED, now=now)
