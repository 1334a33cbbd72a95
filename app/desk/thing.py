"""One screen for a thing that waits: all one needs to decide, and the buttons that do."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import policy
from app.ads import service as ads
from app.board import access
from app.board.language import gettext
from app.board.numbers import whole
from app.board.view import view
from app.core.clock import utcnow
from app.current import site
from app.db import db, transaction
from app.desk import guard, words
from app.moderation import rules
from app.moderation import service as moderation
from app.relay import service as relay

bp = Blueprint("thing", __name__, url_prefix="/desk/<any(ad, thread, person):kind>/<subject>")
bp.after_request(access.private)


@dataclass
class Pressed:
    """What was sent with a decision, so that a refusal loses none of it."""

    reason: str = ""
    sentence: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@bp.get("")
def show(kind: str, subject: str) -> str:
    """The thing with its case; nothing changes, and nothing private is read, by looking."""
    return _page(db.session, kind, subject, Pressed())


@bp.post("")
def decide(kind: str, subject: str) -> ResponseReturnValue:
    """Do what was pressed: the thing, the mails and the log in one."""
    wish = _wish()
    pressed = Pressed(wish.reason, wish.sentence)
    try:
        with transaction() as work:
            broker = guard.broker(work)
            moderation.decide(
                work,
                kind=kind,
                subject=subject,
                wish=wish,
                broker=broker,
                now=utcnow(),
                site=site(),
            )
    except moderation.NeedsReason as refusal:
        pressed.errors["reason"] = gettext(refusal.sentence)
        return _page(db.session, kind, subject, pressed), 422
    except (moderation.DecidedAlready, moderation.NotOffered) as refusal:
        pressed.notice = gettext(refusal.sentence)
        return _page(db.session, kind, subject, pressed), 409
    flash(str(words.DONE[wish.what]), "decided")
    return redirect(url_for("desk.queue"), 303)


def _wish() -> moderation.Wish:
    sent = request.form
    return moderation.Wish(
        what=sent.get("decision", ""),
        reason=sent.get("reason", ""),
        sentence=" ".join(sent.get("sentence", "").split())[: rules.SENTENCE_MOST],
        after=sent.get("after", 0, type=whole),
    )


@bp.post("/open")
def open_attached(kind: str, subject: str) -> ResponseReturnValue:
    """Read what a side of the conversation has attached; it is written down, for both to see."""
    with transaction() as work:
        broker = guard.broker(work)
        for case in moderation.open_cases(work, kind, subject):
            moderation.open_for(work, case=case, broker=broker, now=utcnow())
    return redirect(url_for(".show", kind=kind, subject=subject, _anchor="attached"), 303)


@bp.get("/alike")
def alike(kind: str, subject: str) -> str:
    """The held things that stand in one row with this one."""
    names = moderation.alike(db.session, kind=kind, subject=subject, limit=rules.AT_ONCE)
    if not names:
        raise moderation.ThingUnknown
    return _alike_page(kind, subject, names, Pressed())


@bp.post("/alike")
def decide_alike(kind: str, subject: str) -> ResponseReturnValue:
    """Decide all of them by one press, each with its own line in the log."""
    wish = _wish()
    with transaction() as work:
        names = moderation.alike(work, kind=kind, subject=subject, limit=rules.AT_ONCE)
        broker = guard.broker(work)
        try:
            done = moderation.decide_all(
                work,
                kind=kind,
                subjects=names,
                wish=wish,
                broker=broker,
                now=utcnow(),
                site=site(),
            )
        except moderation.NeedsReason as refusal:
            pressed = Pressed(wish.reason, wish.sentence, {"reason": gettext(refusal.sentence)})
            return _alike_page(kind, subject, names, pressed), 422
    flash(f"{done} × {words.DONE[wish.what]}", "decided")
    return redirect(url_for("desk.queue"), 303)


def _alike_page(kind: str, subject: str, names: list[str], pressed: Pressed) -> str:
    shown = [moderation.find_thing(db.session, kind, name) for name in names[:20]]
    return render_template(
        "desk/alike.html",
        kind=kind,
        subject=subject,
        count=len(names),
        things=shown,
        why=words.why,
        pressed=pressed,
        offered=("publish", "remove"),
        **_forms(),
    )


def _forms() -> dict[str, Any]:
    """What the form of a decision is made of."""
    return {
        "labels": words.DECISIONS,
        "reasons": {code: words.reason(code) for code in rules.REASONS},
        "sentence_most": rules.SENTENCE_MOST,
    }


def _page(work: Session, kind: str, subject: str, pressed: Pressed) -> str:
    thing = moderation.find_thing(work, kind, subject)
    broker = guard.broker(work)
    cases = moderation.open_cases(work, thing.kind, thing.subject)
    told = [(case, moderation.of_case(work, case)) for case in cases]
    first = next((report.reason for _, found in told for report in found), "")
    pressed.reason = pressed.reason or (first if first in rules.REASONS else "")
    group = moderation.alike(work, kind=kind, subject=thing.subject, limit=rules.AT_ONCE)
    return render_template(
        "desk/thing.html",
        thing=thing,
        state=_state(thing),
        ad=view(thing.ad) if thing.ad else None,
        held_messages=thing.thread.messages
        if thing.thread and thing.thread.state == "held"
        else [],
        told=told,
        attached=sum(moderation.count_attached(work, case) for case in cases),
        messages=[m for case in cases for m in moderation.read(work, case=case, broker=broker)],
        last=moderation.LAST_MESSAGES,
        person=_person(work, thing),
        decisions=moderation.decisions(work, thing.kind, thing.subject),
        own_number=broker.id,
        log=moderation.log.of_thing(work, thing.kind, thing.subject),
        after=moderation.newest(work, thing.kind, thing.subject),
        offered=thing.offered,
        alike=len(group) if thing.state == "held" else 0,
        pressed=pressed,
        why=words.why,
        who=words.who,
        done=words.DONE,
        kinds=words.KINDS,
        states=words.AD_STATES,
        **_forms(),
    )


def _state(thing: moderation.Thing) -> str:
    """How it stands by the clock: an ad may have run out."""
    expired = thing.ad is not None and policy.state_at(thing.ad, utcnow()) == "expired"
    return "expired" if expired else thing.state


def _person(work: Session, thing: moderation.Thing) -> dict[str, Any] | None:
    """What is known of whose doing it is; no address."""
    if thing.about is None:
        return None
    own = ads.of_person(work, thing.about)
    return {
        "handle": moderation.find_handle(work, thing.about),
        "since": thing.about.created_at,
        "suspended_at": thing.about.suspended_at,
        "ads": own,
        "conversations": relay.count_of(work, thing.about),
        "earlier": moderation.decisions_about(work, thing.about),
    }
