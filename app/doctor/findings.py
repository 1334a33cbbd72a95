"""What a check found: a line, and what to do about it. Pure."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "look", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `bad` keeps the board from working as it should, `look` may do so one day.

    `advice` is one sentence on what to do, '' for what is ok; `records` are lines for the zone
    file of a domain, ready to be pasted.
    """

    part: str
    level: Level
    said: str
    advice: str = ""
    records: tuple[str, ...] = ()


def ok(part: str, said: str) -> Finding:
    """All is well."""
    return Finding(part, "ok", said)


def look(part: str, said: str, advice: str, *records: str) -> Finding:
    """Nothing is broken, and yet somebody should look."""
    return Finding(part, "look", said, advice, records)


def bad(part: str, said: str, advice: str, *records: str) -> Finding:
    """Something does not work."""
    return Finding(part, "bad", said, advice, records)


def size(count: float) -> str:
    """A number of bytes as people read it: `312 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit != "GB" or count >= 10 else f"{count:.1f} GB"
        count /= 1000
    return f"{count:.1f} TB"
