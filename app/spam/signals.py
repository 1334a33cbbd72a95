"""What a text carries and how it talks: the signs by which it is held for a person to look at.

Pure. Points are added up; at HELD_FROM it is held. Below it, a second opinion holds it where there
are signs beside it; above, it speaks for a text that is like the honest ones. Nothing is refused.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from app.core.addresses import find_addresses
from app.spam import opinion
from app.spam.classifier import Features, features_of
from app.spam.plain_words import Plain, make_plain
from app.spam.wordings import Pattern, wordings

HELD_FROM = 3.0
LIKE = (0.7, 0.5, 0.4)  # of what app.spam.opinion says, beside one sign, two, or more
UNLIKE = 0.1  # up to here its talk counts half, unless it leads elsewhere
TELL, PITCH, TOPIC = 3.0, 1.5, 0.5
_MOST = 3  # of one weight in one family that count: a long honest text says much
_MOST_TOPICS = 2
_CAPITALS = re.compile(r"\b[A-Z]{4,}\b")
_SHOUTS = re.compile(r"[!?]{2,}|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")
_FEW_WORDS = 25
_MONEY_TALK = {"quick money", "loans", "advance fee", "gambling and hacking"}


@dataclass(frozen=True, slots=True)
class Carried:
    """What would let its reader go on elsewhere, or lead them there: how many of each."""

    links: int = 0
    phones: int = 0
    handles: int = 0
    elsewhere: bool = False

    def __bool__(self) -> bool:
        return bool(self.links or self.phones or self.handles or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Signals:
    """What was found: `points` for its talk, and the families it talks like."""

    carried: Carried
    points: float
    families: tuple[str, ...]
    money: bool
    disguised: int
    signs: int  # small ones: what it carries, and whatever subject or phrase of spam there is
    like_spam: float
    features: Features = field(repr=False)

    @property
    def held(self) -> bool:
        """Whether a person should look at it first."""
        believed = self.like_spam <= UNLIKE and not self.carried
        if self.points >= HELD_FROM * (2 if believed else 1):
            return True
        return self.signs > 0 and self.like_spam >= LIKE[min(self.signs, len(LIKE)) - 1]


def carried(text: str) -> Carried:
    """What of this kind is in `text`; email addresses are the relay's, which removes them."""
    return _carried(text, make_plain(text, wordings().targets))


def read_signals(text: str) -> Signals:
    """Everything there is to see in `text`."""
    plain = make_plain(text, wordings().targets)
    has = _carried(text, plain)
    points, families, money = _talk(plain.text)
    warns = bool(wordings().warns.search(plain.text)) and not wordings().legit.search(plain.text)
    if warns and not has:
        points -= TELL  # whoever warns of it quotes it, and leaves no number
    points += _manner(text, plain, has)
    subjects = sum(bool(topic.search(plain.text)) for topic in wordings().topics)
    about = bool(wordings().beside.search(plain.text))
    signs = subjects + (points >= TOPIC) + bool(has) + about
    features = features_of(plain)
    like = opinion.likeness(features)
    return Signals(has, max(0.0, points), families, money, plain.disguised, signs, like, features)


def _carried(text: str, plain: Plain) -> Carried:
    kinds = [found.kind for found in find_addresses(text)]
    return Carried(
        links=kinds.count("link"),
        phones=kinds.count("phone"),
        handles=len(wordings().messengers.findall(plain.text)),
        elsewhere=bool(wordings().elsewhere.search(plain.text)),
    )


def _talk(text: str) -> tuple[float, tuple[str, ...], bool]:
    said = wordings()
    tells, pitches = _distinct(said.tells, text), _distinct(said.pitches, text)
    points, families = 0.0, []
    for number, family in enumerate(said.families):
        own = tells[number] * TELL + pitches[number] * PITCH
        if own:
            families.append(family)
            about = {match[0] for match in said.topics[number].finditer(text)}
            points += own + min(len(about), _MOST_TOPICS) * TOPIC
    return points, tuple(families), bool(_MONEY_TALK & set(families))


def _distinct(pattern: Pattern, text: str) -> Counter[int]:
    """How many different phrases of each family stand there."""
    found = {(int(str(m.lastgroup)[1:]), m[0]) for m in pattern.finditer(text)}
    counts = Counter(number for number, _ in found)
    return Counter({number: min(count, _MOST) for number, count in counts.items()})


def _manner(text: str, plain: Plain, has: Carried) -> float:
    """Points for how it is written, and for where it wants to go on."""
    short = len(text.split()) <= _FEW_WORDS
    points = min(plain.disguised, 2) * 1.5
    points += 1.0 if has.handles else 0.0
    points += 0.5 if has.elsewhere else 0.0
    points += (1.0 if has.handles else 0.5) if has.phones else 0.0
    points += 0.5 * min(has.links, 2)
    points += 1.5 if wordings().shorteners.search(plain.text) else 0.0
    points += 1.0 if wordings().doubtful.search(plain.text) else 0.0
    points += 0.5 if short and has else 0.0
    points += 0.5 if len(_CAPITALS.findall(text)) >= 3 else 0.0
    points += 0.5 if len(_SHOUTS.findall(text)) >= 3 else 0.0
    points += 1.0 if wordings().legit.search(plain.text) else 0.0
    return points
