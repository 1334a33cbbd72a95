"""From the bytes of a mail to what a person wrote. Pure; never raises for any bytes whatever.

Slow or greedy it may still be, for bytes made to that end: app.relay.reader sets the limits.
"""

from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser

from app.core.secret import Address
from app.relay.incoming import authentication, body, headers, parts
from app.relay.incoming.automatic import machine
from app.relay.incoming.failures import failed

_LONGEST_NAME = 998  # characters, as a line of a header may have (RFC 5322, section 2.1.1)
_MOST_LOOPS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says. Addresses and words stay out of `repr`."""

    senders: tuple[str, ...] = field(default=(), repr=False)
    """Every address of every From header; none if one of them can’t be read without doubt."""
    message_id: str = field(default="", repr=False)
    machine: str = ""
    """Why no person wrote it: 'report', 'calendar', 'automatic', 'bulk'; '' if one did."""
    loops: tuple[str, ...] = ()
    """What stands in X-Board-Loop."""
    received: int = 0
    results: str = field(default="", repr=False)
    """The Authentication-Results of the server we trust; '' without one."""
    text: str = field(default="", repr=False)
    """What its sender wrote, cleaned, not yet scrubbed of addresses; '' if nothing is left."""
    files: int = 0
    """How many attachments are not passed on."""
    failed: tuple[str, ...] = ()
    """What it tells of: 'permanent' or 'temporary' failure to deliver, 'complaint'."""


def read(raw: bytes, *, trusted: str) -> Reading:
    """Read a mail; `trusted` is whose Authentication-Results count ('' for nobody’s).

    What can’t be read is left empty: a reading without text is the worst that comes.
    """
    try:
        message = message_from_bytes(raw)
    except Exception:  # the parser of the standard library makes no promise for broken mail
        return _header(raw, trusted)
    reading = _of_header(message, trusted)
    return _with_words(reading, message)


def sender_proven(reading: Reading, address: Address) -> bool:
    """Whether this mail certainly comes from the owner of `address`, and from nobody else."""
    if len(reading.senders) != 1:
        return False
    sender = reading.senders[0]
    same = authentication.same_address(sender, address.reveal())
    return same and authentication.proves(reading.results, sender)


def _header(raw: bytes, trusted: str) -> Reading:
    """Read the header alone, of a mail whose body is beyond reading."""
    try:
        return _of_header(BytesHeaderParser().parsebytes(raw), trusted)
    except Exception:
        return Reading()


def _of_header(message: Message, trusted: str) -> Reading:
    results = headers.values(message, "authentication-results")
    return Reading(
        senders=headers.senders(message),
        message_id=headers.first(message, "message-id")[:_LONGEST_NAME],
        loops=tuple(headers.values(message, "x-board-loop")[:_MOST_LOOPS]),
        received=len(headers.values(message, "received")),
        results=authentication.of_server(results, trusted),
    )


def _with_words(reading: Reading, message: Message) -> Reading:
    try:
        kind = machine(message)
        reading = replace(reading, machine=kind, failed=failed(message, kind))
        content = parts.content(message)
        text, more = body.words(content)
        return replace(reading, text=text, files=content.files + more)
    except Exception:  # lxml, codecs and flufl.bounce have surprises of their own
        return reading
