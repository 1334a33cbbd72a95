"""A conversation in words: its messages, what happened between them, and why it is closed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge

from markupsafe import Markup, escape

from app.board.language import gettext, ngettext
from app.board.words import DECLINES
from app.relay import delivery, policy
from app.relay.models import Event, Message, Thread
from app.relay.policy import Role
from app.relay.scrub import ADDRESS_REMOVED, ADDRESS_SHARED

_MARKS = re.compile("|".join(map(re.escape, (ADDRESS_REMOVED, ADDRESS_SHARED))))


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its reader sees it, or, where `event` is set, what happened beside them.

    `state` is '' on the other side's; `notes` say what was left behind on the way.
    """

    at: datetime
    own: bool
    event: str = ""
    id: int = 0
    paragraphs: Sequence[Markup] = ()
    state: str = ""
    by_mail: bool = False
    notes: list[str] = field(default_factory=list)


def lines(
    shown: Sequence[tuple[Message, str]], events: Sequence[Event], role: Role, name: str
) -> list[Line]:
    """Messages and events in the order they came; `name` is the other side's."""
    said = [_line(message, state, role) for message, state in shown]
    happened = [_happened(event, event.role == role, name) for event in events]
    return list(merge(said, happened, key=lambda line: line.at))


def _line(message: Message, state: str, role: Role) -> Line:
    own = message.author == role
    return Line(
        id=message.id,
        own=own,
        paragraphs=_paragraphs(message.text),
        state=state if own else "",
        at=message.created_at,
        by_mail=message.by_mail,
        notes=_notes(message, own),
    )


def _paragraphs(text: str) -> list[Markup]:
    """The text in paragraphs, safe to print, with what stands for an address set apart."""
    parts = [part.strip("\n") for part in text.split("\n\n")]
    return [_with_marks(part) for part in parts if part]


def _with_marks(text: str) -> Markup:
    pieces, at = [], 0
    for mark in _MARKS.finditer(text):
        cut = Markup('<span class="cut">{}</span>').format(gettext(mark[0]))
        pieces += [escape(text[at : mark.start()]), cut]
        at = mark.end()
    return Markup("").join([*pieces, escape(text[at:])])


def _notes(message: Message, own: bool) -> list[str]:
    notes = []
    if count := message.addresses_removed:
        notes.append(ngettext("An address was removed.", "%(num)d addresses were removed.", count))
    if not own and delivery.leads_away(message.thread, message):
        notes.append(
            gettext(
                "It carries a link, a number, or a wish to go on elsewhere. There’s no hurry: here "
                "you can write to each other for as long as you like."
            )
        )
    if count := message.files:
        notes.append(
            ngettext(
                "1 attachment was not passed on.",
                "%(num)d attachments were not passed on.",
                count,
            )
        )
    return notes


def _happened(event: Event, own: bool, name: str) -> Line:
    if event.what == "read":
        said = gettext("Our broker has read the last messages of this conversation.")
        return Line(at=event.created_at, own=False, event=said)
    if event.what == "introduced":
        return Line(at=event.created_at, own=False, event=_introduced(event.said))
    words = {
        ("automatic", True): gettext(
            "Your mailbox answered by itself; that wasn’t passed on to %(name)s.", name=name
        ),
        ("automatic", False): gettext(
            "An automatic reply came from %(name)s; it wasn’t passed on.", name=name
        ),
        ("shared", True): gettext("You share your address with %(name)s, by mail.", name=name),
        ("shared", False): gettext("%(name)s shares an address with you, by mail.", name=name),
        ("unshared", True): gettext("You no longer share your address with %(name)s.", name=name),
        ("unshared", False): gettext("%(name)s no longer shares an address.", name=name),
    }
    return Line(at=event.created_at, own=own, event=words[event.what, own])


def _introduced(line: str) -> str:
    if not line:
        return gettext("Our broker introduced you to each other, and you both said yes.")
    return gettext(
        "Our broker introduced you to each other, and you both said yes: ‘%(line)s’", line=line
    )


def closed(found: Thread, role: Role, state: str, name: str, blocked: bool) -> str:
    """Why nothing can be written here; '' where it can. Nobody reads that they were blocked."""
    own = found.ended_by == role
    words = {
        "open": "",
        "unconfirmed": gettext(
            "Your message waits for you: press the link in the mail we sent you, and it goes on."
        ),
        "held": gettext("Our broker looks at your message before it goes on. You need do nothing."),
        "over": _silent(),
        "declined": _declined(found.reason, name, own),
    }
    if state in words:
        return words[state]
    if found.reason == policy.IDLE:
        return _silent()
    if found.reason == policy.WITHHELD:
        return gettext("Our broker hasn’t passed this message on.")
    if found.reason == policy.STOPPED:
        return gettext("Our broker has ended this conversation, and has told you why by mail.")
    if own and blocked:
        return gettext(
            "You ended this conversation. Nothing more from %(name)s reaches you.", name=name
        )
    return (
        gettext("You ended this conversation.") if own else gettext("This conversation has ended.")
    )


def _silent() -> str:
    return gettext(
        "This conversation has closed by itself: it was quiet for a long time, "
        "or its ad left the board some weeks ago."
    )


def _declined(reason: str, name: str, own: bool) -> str:
    if own:
        return gettext("You said a kind no; %(name)s is told by mail.", name=name)
    if reason not in DECLINES or reason == "none":
        return gettext("%(name)s has said a kind no this time.", name=name)
    return gettext("%(name)s has said a kind no: ‘%(why)s’.", name=name, why=DECLINES[reason])
