"""Answering a first message by one press, from the mail that reminds of it, without signing in.

The link is the secret; it works for 180 days and answers once. It sends words that stand ready and
no others, so that who was forwarded such a mail can put nothing into its reader’s mouth.
"""

from datetime import datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.board.thread_lines import closed
from app.core.clock import utcnow
from app.current import site
from app.db import db, transaction
from app.mail import messages
from app.people import service as people
from app.relay import policy
from app.relay import service as relay
from app.relay.models import Thread

bp = Blueprint("answer", __name__, url_prefix="/l/answer-<token>")
bp.after_request(access.private)
REASONS = {"yes": "", "not-now": "time", "no": "none"}  # of the decline that each one is
BUTTONS = {
    "yes": lazy_gettext("Yes, let’s talk"),
    "not-now": lazy_gettext("Not now"),
    "no": lazy_gettext("No, thank you"),
}
YES = lazy_gettext(
    "Yes, let’s talk! Thank you for writing, and for your patience. "
    "Tell me when would suit you, and how you’d like to begin."
)


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Say what may be answered, and change nothing, however often it is asked."""
    now = utcnow()
    thread = _asked(db.session, token, now)
    return _page(db.session, thread), 410 if _stands(thread, now) == "over" else 200


@bp.post("")
def act(token: str) -> ResponseReturnValue:
    """Send the answer that was pressed. Twice is once; another one, or too late, is refused."""
    answer, now = request.form.get("do", ""), utcnow()
    if answer not in REASONS:
        abort(400)
    with transaction() as work:
        thread = _asked(work, token, now)
        stands = _stands(thread, now)
        if stands == "waits":
            _send(work, thread, answer, now)
        elif not _given(thread, answer):
            return _page(work, thread), 409 if stands == "answered" else 410
        return _page(work, thread, done=answer)


def _asked(work: Session, token: str, now: datetime) -> Thread:
    """The conversation the link was mailed about. Raises LinkUnknown, LinkExpired."""
    link = people.look_at_link(work, token, now=now)
    if link.purpose != "answer":
        raise people.LinkUnknown
    return relay.find_thread(work, link.subject, link.person)[0]


def _stands(thread: Thread, now: datetime) -> str:
    """`waits` for an answer, `answered`, or `over`, whoever ended it."""
    if policy.state_at(thread, now) != "open":
        return "over"
    return "waits" if thread.answered_at is None else "answered"


def _send(work: Session, thread: Thread, answer: str, now: datetime) -> None:
    if answer == "yes":
        text = str(YES)
        relay.write(work, thread=thread, author="writer", text=text, now=now, site=site())
    else:
        reason = REASONS[answer]
        relay.decline(work, thread=thread, by="writer", reason=reason, now=now, site=site())


def _given(thread: Thread, answer: str) -> bool:
    """Whether this very answer was given before."""
    if answer == "yes":
        said = {message.text for message in thread.messages if message.author == "writer"}
        return str(YES) in said
    return thread.state == "declined" and thread.reason == REASONS[answer]


def _page(work: Session, thread: Thread, *, done: str = "") -> str:
    now = utcnow()
    name = policy.name_of(thread, "replier") or gettext("somebody who has left")
    stands = _stands(thread, now)
    chosen = request.args.get("say", "")
    answers = sorted(REASONS, key=lambda answer: answer != chosen)  # the rest keep their order
    return render_template(
        "answer.html",
        name=name,
        key=thread.key,
        box=thread.box,
        headline=thread.headline,
        stands=stands,
        done=_done(thread, done, name),
        closed=_why_not(work, thread, name, now) if stands != "waits" else "",
        answers=[(one, BUTTONS[one], _words(thread, one)) for one in answers],
    )


def _words(thread: Thread, answer: str) -> str:
    """What the other side will be told, to the letter."""
    if answer == "yes":
        return str(YES)
    draft = messages.declined(
        site(),
        headline=thread.headline,
        box=thread.box,
        author_name=thread.writer_name,
        reason=REASONS[answer],
    )
    return " ".join(draft.body.partition("\n\n")[0].split())


def _why_not(work: Session, thread: Thread, name: str, now: datetime) -> str:
    """Why there is nothing left to answer."""
    if _stands(thread, now) == "answered":
        return gettext(
            "You have answered %(name)s already, so there is nothing left to do here.", name=name
        )
    blocked = relay.has_blocked(work, thread, "writer")
    return closed(thread, "writer", policy.state_at(thread, now), name, blocked)


def _done(thread: Thread, answer: str, name: str) -> str:
    """What was done, '' where nothing was."""
    if not answer:
        return ""
    if answer != "yes":
        return gettext("Done: %(name)s gets a kind no by mail.", name=name)
    if any(message.state == "undeliverable" for message in thread.messages[-1:]):
        return gettext(
            "Your answer stands in the conversation, but mails to %(name)s don’t arrive any more.",
            name=name,
        )
    return gettext(
        "Done: %(name)s gets your yes. When the next word comes, a mail tells you.", name=name
    )
