"""Domain names in running text: how they are written, and which endings make one believable."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from app.core.addresses.reading import Reading
from app.core.addresses.words import (
    COMMON,
    CRAFTS,
    LOOSE,
    NAMED,
    NO_HOST,
    PROVIDERS,
    SPACED,
    SUFFIXES,
    UK_SECOND,
)

_LABEL = r"(?:[^\W_]|-){1,63}+"
SPOKEN_DOT = r"\s{1,3}dot\s{1,3}|\s{0,3}[(\[{<]\s?(?:dot|\.)\s?[)\]}>]\s{0,3}|_dot_"
_FIRST = re.compile(_LABEL)
_NEXT = re.compile(
    rf"(?:(?P<tight>\.|%2e|,(?=(?:com|org|co\.uk)\b))|(?P<spoken>{SPOKEN_DOT})"
    rf"|(?P<spaced>\s{{1,3}}\.\s{{1,3}})|(?P<loose>\.\s{{1,3}}|\s{{1,3}}\.)){_LABEL}"
)
# What every host looks like from its first characters: cheap to ask before reading it.
HOST_AHEAD = re.compile(
    rf"\s{{0,3}}(?:\[|{_LABEL}(?:%2e|\s{{0,3}}[.,(\[{{<]|_dot_|\s{{1,3}}dot\s)|(?:{'|'.join(PROVIDERS)})\b)"
)
_MOST_LABELS = 6
_BOOM = re.compile(
    r"[\s-]{1,3}(?:age|boom|bubble|bust|business|businesses|companies|company|crash|days|era|"
    r"firms?|founders?|industry|jobs?|millionaires?|space|start-?ups?|times|world|years)\b"
)
_ARTICLE = re.compile(r"\b(?:an?|the|this|that|one|every|first|of|dot)\s$")


class Dot(Enum):
    """How the dot before a label was written."""

    TIGHT = "tight"
    SPOKEN = "spoken"
    SPACED = "spaced"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Host:
    """Labels from `start` on, where each ends, and how the dots between them were written."""

    start: int
    labels: tuple[str, ...]
    ends: tuple[int, ...]
    dots: tuple[Dot, ...]

    def styles(self, last: int) -> frozenset[Dot]:
        """The ways in which the dots up to label `last` were written."""
        return frozenset(self.dots[:last])

    def longest(self, accepts: Callable[["Host", int], bool]) -> int | None:
        """The number of the last label for which `accepts` holds, or None. Never the first."""
        return next((n for n in range(len(self.labels) - 1, 0, -1) if accepts(self, n)), None)


def read_host(plain: str, start: int) -> Host | None:
    """Read the labels that begin at `start`, at most six, however their dots are written."""
    found = _FIRST.match(plain, start)
    if not found:
        return None
    labels, ends, dots = [found[0]], [found.end()], []
    while len(labels) < _MOST_LABELS and (more := _NEXT.match(plain, ends[-1])):
        style = more.lastgroup or ""
        label = plain[more.end(style) : more.end()]
        labels.append(label.strip("-"))
        ends.append(more.end() - len(label) + len(label.rstrip("-")))
        dots.append(Dot(style))
    return Host(start, tuple(labels), tuple(ends), tuple(dots))


def believable_bare(reading: Reading, host: Host, last: int) -> bool:
    """Whether labels up to `last`, tightly written, are an address with nothing else beside."""
    second, tld = host.labels[last - 1], host.labels[last]
    if tld not in COMMON | NAMED or len(second) < 2 or _only_suffixes(host, last):
        return False
    if second.isdigit() and tld not in ("com", "org", "uk"):
        return False
    return case_fits(reading, host, last)


def case_fits(reading: Reading, host: Host, last: int) -> bool:
    """No for “Cardiff.UK” and “Asp.Net”: a capital after the dot more often begins a sentence."""
    tld = host.labels[last]
    shown = reading.shown[host.ends[last] - len(tld) : host.ends[last]]
    if shown.islower() or tld in ("com", "org") or in_second_level_uk(host, last):
        return True
    whole = reading.shown[host.start : host.ends[last]]
    return tld != "net" and whole.isupper()


def in_second_level_uk(host: Host, last: int) -> bool:
    """Whether it ends like co.uk, with a name before."""
    return last > 1 and host.labels[last] == "uk" and host.labels[last - 1] in UK_SECOND


def is_craft(host: Host, last: int) -> bool:
    """Whether the name is one of a thing people teach."""
    return f"{host.labels[last - 1]}.{host.labels[last]}" in CRAFTS


def parted_fits(host: Host, last: int) -> bool:
    """Whether dots with spaces beside them may still be read as part of the address."""
    styles, tld = host.styles(last), host.labels[last]
    if in_second_level_uk(host, last):
        return True
    return tld in (LOOSE if Dot.LOOSE in styles else SPACED)


def speaks_of_boom(plain: str, host: Host, last: int) -> bool:
    """Whether this is talk of “a dot com company” rather than an address said aloud."""
    if host.labels[0] in NO_HOST or _BOOM.match(plain, host.ends[last]):
        return True
    return bool(_ARTICLE.search(plain, max(0, host.start - 8), host.start))


def _only_suffixes(host: Host, last: int) -> bool:
    """Whether nothing but endings stands there, as in co.uk and gov.uk."""
    return SUFFIXES.issuperset(host.labels[max(0, last - 2) : last + 1])
