"""What is to become of a mail that came to an alias. Pure: a reading, and what is known besides."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.text import clean_text
from app.relay.policy import TEXT_MOST
from app.relay.reading import Reading

HOPS_MOST = 25  # servers a mail came through; more is a circle


class Outcome(StrEnum):
    """What came of a mail; these words stand in its row."""

    RELAYED = "relayed"
    HELD = "held"  # until its owner says that it is theirs
    AUTOMATIC = "automatic"  # a machine answered: the page says so, nothing else
    BULK = "bulk"
    REPORT = "report"  # of a delivery or a reading
    LOOP = "loop"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    LONG = "long"
    CLOSED = "closed"
    STRAY = "stray"  # to nobody that is still there
    # What came to a bounce address, or to the broker:
    BOUNCED = "bounced"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    BROKER = "broker"
    FAILED = "failed"  # a fault of our own, given up


TELLS = frozenset({Outcome.UNREADABLE, Outcome.EMPTY, Outcome.LONG, Outcome.CLOSED})


@dataclass(frozen=True, slots=True)
class Known:
    """What the reading itself can't say."""

    from_nobody: bool
    own_loop: bool  # it bears the mark of this very conversation
    from_us: bool  # a sender in our own domain
    is_open: bool  # the two can still write to each other
    proven: bool  # the stored address has sent it


def decide(reading: Reading | None, known: Known) -> Outcome:
    """What becomes of it. None is a mail that could not be read at all."""
    if reading is None:
        return Outcome.UNREADABLE
    if known.own_loop or known.from_us or reading.received > HOPS_MOST:
        return Outcome.LOOP
    if reading.machine or known.from_nobody:
        return _from_machine(reading)
    if not known.is_open:
        return Outcome.CLOSED
    length = len(clean_text(reading.text))
    if length == 0:
        return Outcome.EMPTY
    if length > TEXT_MOST:
        return Outcome.LONG
    return Outcome.RELAYED if known.proven else Outcome.HELD


def _from_machine(reading: Reading) -> Outcome:
    if reading.machine in {"report", "bulk"}:
        return Outcome(reading.machine)
    return Outcome.AUTOMATIC
