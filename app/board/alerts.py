"""Saved searches: save this one, and the list of one’s own."""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.alerts import policy
from app.alerts import service as alerts
from app.alerts.models import Alert
from app.board import access, results
from app.board.alert_form import PACE_WORDS, AlertForm
from app.board.language import gettext
from app.board.words import confirm_within
from app.core.clock import utcnow
from app.core.secret import Address
from app.current import site
from app.db import db, transaction
from app.mail import messages, outbox
from app.people import service as people
from app.people.models import Person
from app.search.query import SearchQuery

bp = Blueprint("alerts", __name__)
MAILED_AGAIN = timedelta(minutes=10)  # sooner, the same wish is a double press
WISHES = ("stop", "go_on", *policy.PACES)


@bp.post("/alerts")
def save() -> ResponseReturnValue:
    """Save this search: its mails begin once a mailed link is pressed, or at once in a session."""
    known, form = access.person(), AlertForm()
    pairs, kept, words = _asked()
    if not form.validate_for(known):
        html = render_template("alert_form.html", form=form, words=words, pairs=pairs, known=known)
        return html, 422
    assert form.address is not None
    with transaction() as work:
        access.limit(work, "alert-source", access.source())
        access.limit(work, "alert-address", form.address.key)
        proven = known is not None and known.email_key == form.address.key
        _save(work, form.address, kept, words, form.pace_meant(), proven=proven)
    return redirect(url_for(".mine" if proven else ".sent"), 303)


def _asked() -> tuple[list[tuple[str, str]], str, str]:
    """What is to be saved: as the form carries it, as it is kept, and in words.

    Raises AdUnknown or AdGone where an ad’s matches are asked for.
    """
    if swap := request.form.get("swap", ""):
        box = ads.get_live(db.session, swap, now=utcnow()).box
        words = gettext("Ads that could swap with Box %(box)s", box=box)
        return [("swap", box)], alerts.write_box(box), words
    query = replace(SearchQuery.from_args(request.form), page=1, upto=None)
    return query.to_args(), alerts.write_query(query), results.query_name(query)


def _save(
    work: Session, address: Address, kept: str, words: str, pace: str, *, proven: bool
) -> None:
    now = utcnow()
    person = people.meet(work, email=address, now=now)
    alert = alerts.save(work, person=person, kept=kept, words=words, pace=pace, now=now)
    if proven:
        alerts.confirm(work, alert=alert, now=now)
    else:
        _mail_link(work, person, alert, now)


def _mail_link(work: Session, person: Person, alert: Alert, now: datetime) -> None:
    purpose, since, lasts = "save_alert", now - MAILED_AGAIN, site().unconfirmed_for
    if people.link_waits(work, person=person, purpose=purpose, subject=alert.key, since=since):
        return
    token = people.issue_link(
        work, person=person, purpose=purpose, subject=alert.key, now=now, lasts=lasts
    )
    draft = messages.confirm_alert(
        site(),
        words=alert.words,
        daily=alert.pace == "daily",
        link=site().link(token),
        until=now + lasts,
    )
    outbox.put(work, draft, site=site(), to=person.email, person_id=person.id, now=now)


@bp.get("/alerts/sent")
def sent() -> str:
    """Check your mail: the same page for everyone."""
    return render_template(
        "sent.html",
        title=gettext("Check your mail"),
        lede=gettext("We’ve mailed a link to the address you gave. Your alert starts with it."),
        last_step=gettext("Press “Start my alert”."),
        lasts=confirm_within(site().unconfirmed_for),
        again=url_for("results.ads"),
    )


@bp.get("/alerts")
@access.personal
def mine() -> str:
    """One’s own alerts, those stopped lately too."""
    person = access.person()
    assert person is not None
    return render_template(
        "alerts.html",
        alerts=[shown(alert) for alert in alerts.of_person(db.session, person)],
        most=policy.MOST,
    )


@bp.post("/alerts/<key>")
@access.personal
def change(key: str) -> ResponseReturnValue:
    """One press on one’s own alert: stop it, start it again, or another pace."""
    wish = request.form.get("do", "")
    if wish not in WISHES:
        abort(400)
    with transaction() as work:
        alert = alerts.get_own(work, key, person=access.known(work))
        fulfil(work, alert, wish)
    return redirect(url_for(".mine"), 303)


def fulfil(work: Session, alert: Alert, wish: str) -> None:
    """Do one of WISHES. Raises TooManyAlerts."""
    now = utcnow()
    if wish == "stop":
        alerts.stop(alert, now=now)
    elif wish == "go_on":
        alerts.start_again(work, alert=alert, now=now)
    else:
        alerts.change_pace(alert, pace=wish, now=now)


def shown(alert: Alert) -> dict[str, str]:
    """An alert as the pages show it."""
    state = policy.state_of(alert)
    states = {
        "unconfirmed": gettext("Waiting for you to press the link in our mail"),
        "running": str(PACE_WORDS[alert.pace]),
        "paused": gettext("Taking a rest"),
        "stopped": gettext("Stopped"),
    }
    return {
        "key": alert.key,
        "words": alert.words,
        "state": state,
        "state_words": states[state],
        "other_pace": next(pace for pace in policy.PACES if pace != alert.pace),
        "url": _url(alert.query),
    }


def _url(kept: str) -> str:
    """The page that shows what an alert asks for."""
    if box := alerts.box_of(kept):
        return url_for("matches.matches", box=box)
    return results.results_url(alerts.read_query(kept))
