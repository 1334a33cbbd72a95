"""What spam says, family by family: whole turns of phrase rather than words, English and Welsh.

They stand in data/wordings.txt, and are compiled when they are first asked for. Pure.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from app.core.once import once

_FILE = Path(__file__).parent / "data" / "wordings.txt"
_MONEY = (
    r"(?:[£$€] ?\d[\d,.]*(?: ?(?:k|m|mil|million|grand))?"
    r"|\d[\d,.]* ?(?:k|pounds?|dollars?|usd|gbp|euros?|usdt|btc|quid|punt|o bunnoedd|million))"
)
_RATE = (
    r"(?:(?:a|per|each|every|/) ?(?:day|week|month|hour|hr|night)|daily|weekly|monthly|hourly"
    r"|y dydd|yr wythnos|y mis|yr awr|bob (?:dydd|wythnos|mis))"
)
_SIGNS = "signs"  # the section that is no family

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Wordings:
    """All phrases, ready to be looked for.

    The last group of a match of `tells` and `pitches` is `f` and the number of its family: so one
    pass over a text finds all families. `targets` are words that are worth a disguise; `beside` are
    what anybody says and spam is about, which counts for nothing but beside a second opinion.
    """

    families: tuple[str, ...]
    tells: Pattern
    pitches: Pattern
    topics: tuple[Pattern, ...]
    elsewhere: Pattern
    messengers: Pattern
    shorteners: Pattern
    doubtful: Pattern
    warns: Pattern
    legit: Pattern
    beside: Pattern
    targets: frozenset[str]


@once
def wordings() -> Wordings:
    """The phrases of this board; the same object each time."""
    read = _read(_FILE.read_text("utf-8"))
    signs = read.pop(_SIGNS)
    targets = frozenset(signs.pop("disguised"))
    return Wordings(
        families=tuple(read),
        tells=_by_family([parts["tells"] for parts in read.values()]),
        pitches=_by_family([parts["pitches"] for parts in read.values()]),
        topics=tuple(_any(_choice(parts["topics"])) for parts in read.values()),
        targets=targets,
        **{name: _any(_choice(phrases)) for name, phrases in signs.items()},
    )


def _read(text: str) -> dict[str, dict[str, list[str]]]:
    """The phrases by section and part, in the order of the file."""
    read: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    phrases: list[str] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        mark, _, rest = line.partition(" ")
        if mark == "=":
            section = read.setdefault(rest, {})
        elif mark == ">":
            phrases = section.setdefault(rest, [])
        else:
            phrases.append(line)
    return read


def _choice(phrases: list[str]) -> str:
    gaps = (p.replace(" ?", r"[\W_]?").replace(" ", r"[\W_]{1,4}") for p in phrases)
    return "|".join(p.replace("MONEY", _MONEY).replace("RATE", _RATE) for p in gaps)


def _any(choice: str) -> Pattern:
    return re.compile(rf"(?<!\w)(?:{choice})(?!\w)")


def _by_family(phrases: list[list[str]]) -> Pattern:
    return _any("|".join(f"(?P<f{n}>{_choice(of)})" for n, of in enumerate(phrases)))
