"""Where links stand in a text: web addresses, bare domains, names said aloud, messenger handles."""

import re
from collections.abc import Iterator
from functools import partial

from app.core.addresses.domains import (
    SPOKEN_DOT,
    Dot,
    Host,
    believable_bare,
    case_fits,
    is_craft,
    parted_fits,
    read_host,
    speaks_of_boom,
)
from app.core.addresses.reading import Reading
from app.core.addresses.words import KNOWN, SPOKEN_BARE, UK_SECOND

Span = tuple[int, int]

_SCHEME = re.compile(
    r"(?<![\w+.-])(?:[a-z][a-z0-9+.-]{1,20}+://|h(?:tt|xx)ps?\s{0,2}:\s{0,2}/\s?/)[\w\[][^\s<>\"]*"
)
_WWW = re.compile(rf"(?<![\w-])(?<!\w\.)www\d?(?:\.|\s{{1,2}}\.\s{{1,2}}|{SPOKEN_DOT})(?=[^\W_])")
_TIGHT = re.compile(r"(?<![\w-])(?:[^\W_]|-){1,63}+(?:\.(?:[^\W_]|-){1,63}+)+")
_ENDING_SAID = "|".join(map(re.escape, sorted(SPOKEN_BARE | UK_SECOND)))
_DOT_SAID = re.compile(
    rf"(?:{SPOKEN_DOT})(?=(?:{_ENDING_SAID})(?![^\W_]))|\s\.\s(?=(?:com|org|co\s?\.\s?uk)\b)"
)
_PATH = re.compile(r"(?::\d{2,5})?[/?#][\w~@+%.-][^\s<>\"]*")
_LABEL_BEFORE = re.compile(r"[^\W_](?:[^\W_]|-)*\Z")
_TRAILING = ".,;:!?)]}'’”\"*_"
# Hosts of one letter. Any other such name is a degree or an abbreviation (B.Com).
_SHORT_HOSTS = frozenset({"t.me", "m.me", "x.com", "t.co", "g.co"})
_PLATFORM = (
    r"\b(?:telegram|whats-?app|instagram|insta|ig|snapchat|snap|twitter|tiktok|discord|skype|signal"
    r"|wechat|facebook|fb|messenger|linkedin|mastodon|bluesky|threads|youtube)\b"
)
_AT_NAME = r"@(?!(?:all|home|lunch|night|once|school|the|work)\b)[a-z0-9_.]{3,30}"
_FILLERS = r"(?:(?:me|us|is|at|on|as|my|handle|user|username|name|id|account)\b[\s:,=-]{1,3}){0,3}"
_HANDLE = re.compile(
    rf"{_PLATFORM}[\s:,=-]{{0,3}}{_FILLERS}"
    r"(?:" + _AT_NAME + r"|[a-z0-9.]{0,20}_[a-z0-9_.]{1,20}|[a-z0-9_.]{2,32}\#\d{4}\b)"
    rf"|{_AT_NAME}\s(?:on|ar)\s{_PLATFORM}"
)


def link_spans(reading: Reading) -> Iterator[Span]:
    """Yield the spans of `reading` that hold a link; they may overlap."""
    plain = reading.plain
    for found in _SCHEME.finditer(plain):
        yield found.start(), _trimmed(plain, found.start(), found.end())
    for found in _HANDLE.finditer(plain):
        yield found.start(), _trimmed(plain, found.start(), found.end())
    yield from _www_spans(plain)
    yield from _bare_spans(reading)
    yield from _said_spans(reading)


def _trimmed(plain: str, start: int, end: int) -> int:
    while end > start + 1 and plain[end - 1] in _TRAILING:
        end -= 1
    return end


def _www_spans(plain: str) -> Iterator[Span]:
    reached = 0
    for found in _WWW.finditer(plain):
        if found.start() >= reached:  # else it stands in the path of the one before
            reached = _www_end(plain, found)
            yield found.start(), reached


def _www_end(plain: str, found: re.Match[str]) -> int:
    host = read_host(plain, found.end())
    if host is None:
        return found.end()
    last = host.longest(lambda host, last: host.labels[last] in KNOWN)
    end = host.ends[last or 0]
    path = _PATH.match(plain, end)
    return _trimmed(plain, found.start(), path.end()) if path else end


def _bare_spans(reading: Reading) -> Iterator[Span]:
    reached = 0
    for found in _TIGHT.finditer(reading.plain):
        if found.start() < reached or KNOWN.isdisjoint(found[0].split(".")):
            continue
        end = _bare_end(reading, found)
        if end is not None:
            reached = end
            yield found.start(), end


def _bare_end(reading: Reading, found: re.Match[str]) -> int | None:
    host = _tight_host(found)
    path = _PATH.match(reading.plain, found.end())
    if path and _believable_with_path(reading, host, len(host.labels) - 1):
        return _trimmed(reading.plain, found.start(), path.end())
    last = host.longest(partial(_believable_alone, reading))
    return None if last is None else host.ends[last]


def _tight_host(found: re.Match[str]) -> Host:
    """The labels of a tightly written name, however many: only the last decide."""
    labels = found[0].split(".")
    ends, at = [], found.start()
    for label in labels:
        ends.append(at + len(label.rstrip("-")))
        at += len(label) + 1
    stripped = tuple(label.strip("-") for label in labels)
    return Host(found.start(), stripped, tuple(ends), (Dot.TIGHT,) * (len(labels) - 1))


def _believable_with_path(reading: Reading, host: Host, last: int) -> bool:
    second, tld = host.labels[last - 1], host.labels[last]
    if tld not in KNOWN or is_craft(host, last) or not case_fits(reading, host, last):
        return False
    return f"{second}.{tld}" in _SHORT_HOSTS or (len(second) > 1 and not second.isdigit())


def _believable_alone(reading: Reading, host: Host, last: int) -> bool:
    return not is_craft(host, last) and believable_bare(reading, host, last)


def _said_spans(reading: Reading) -> Iterator[Span]:
    """“example dot com”, and “example (dot) org”, without an at before."""
    plain = reading.plain
    for found in _DOT_SAID.finditer(plain):
        lowest = max(0, found.start() - 63)
        label = _LABEL_BEFORE.search(plain[lowest : found.start()])
        host = read_host(plain, lowest + label.start()) if label else None
        last = host.longest(partial(_said, reading)) if host else None
        if host and last is not None:
            yield host.start, host.ends[last]


def _said(reading: Reading, host: Host, last: int) -> bool:
    tld = host.labels[last]
    if host.dots[0] is Dot.TIGHT or Dot.LOOSE in host.styles(last):
        return False
    if Dot.SPACED in host.styles(last) and not parted_fits(host, last):
        return False
    if tld not in SPOKEN_BARE or is_craft(host, last) or not case_fits(reading, host, last):
        return False
    return not speaks_of_boom(reading.plain, host, last)
