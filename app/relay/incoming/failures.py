"""What a mail says could not be delivered, or was complained of. Pure.

Reports are RFC 3464 (delivery) and RFC 5965 (complaints); for the many that follow neither there
is flufl.bounce, which knows how mail systems of all ages speak.
"""

from collections.abc import Iterator
from email.message import Message

from flufl.bounce import all_failures

from app.relay.incoming.automatic import is_from_system, some_parts
from app.relay.incoming.headers import first, values


def failed(message: Message, machine: str) -> tuple[str, ...]:
    """Return each of 'complaint', 'permanent' and 'temporary' that this mail tells of."""
    told = set(_reported(message))
    if not told and (machine == "report" or is_from_system(message)):
        told = set(_guessed(message))
    return tuple(sorted(told))


def _reported(message: Message) -> Iterator[str]:
    for part in some_parts(message):
        kind, inside = part.get_content_type(), part.get_payload()
        fields = [one for one in inside if isinstance(one, Message)] if part.is_multipart() else []
        if kind == "message/delivery-status":
            yield from filter(None, map(_fate, fields))
        elif kind == "message/feedback-report" and any(map(_complains, fields)):
            yield "complaint"


def _fate(recipient: Message) -> str:
    """What became of one recipient. A failure of class 4, such as a full mailbox, may pass."""
    action = first(recipient, "action").casefold()
    if action.startswith(("failed", "error")):
        return "temporary" if first(recipient, "status").startswith("4") else "permanent"
    return "temporary" if action.startswith("delayed") else ""


def _complains(report: Message) -> bool:
    return first(report, "feedback-type").casefold() not in ("", "not-spam", "auth-failure")


def _guessed(message: Message) -> Iterator[str]:
    if values(message, "x-failed-recipients"):
        yield "permanent"
        return
    temporary, permanent = all_failures(message)
    if permanent:
        yield "permanent"
    if temporary:
        yield "temporary"
