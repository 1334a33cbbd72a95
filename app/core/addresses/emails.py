"""Where email addresses stand in a text, also in the disguises people give them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial

from app.core.addresses.domains import (
    HOST_AHEAD,
    Dot,
    Host,
    case_fits,
    is_craft,
    parted_fits,
    read_host,
    speaks_of_boom,
)
from app.core.addresses.reading import Reading, read
from app.core.addresses.words import COMMON, KNOWN, MAIL_ONLY, NAMED, NO_NAME, PROVIDERS

Span = tuple[int, int]

_SIGN = r"@|%(?:25)?40|&\#0{0,6}64;|&\#x0{0,6}40;|&commat;"
_BRACKET = r"[(\[{<]\s?(?:at|@)\s?[)\]}>]|(?<=\w)\(a\)(?=\w)"
_SPOKEN = r"(?<=\s)(?:at|arobase|arroba)(?=\s)|(?<=[^\W_])_at_(?=\w)"
_AT = re.compile(rf"(?P<bracket>{_BRACKET})|(?P<sign>{_SIGN})|(?P<spoken>{_SPOKEN})")
_LITERAL = re.compile(r"\[(?:ipv6:)?[\da-f.:]{3,45}\]")
_LETTER_BY_LETTER = re.compile(
    r"(?<!\S)(?:[\w.+-] ){1,40}@(?P<host>(?: [\w-]){1,60}(?: \.(?: [\w-]){2,60}){1,3})(?!\S)"
)
_NEXT_WORD = re.compile(r"\s+\w")
_MORE_NAME = re.compile(
    r"(?<![\w+.-])[\w+.-]{1,30}"
    r"(?:\s{1,3}(?:dot|underscore|dash|hyphen|plus)\s{1,3}|\s?[(\[{<]\s?(?:dot|\.)\s?[)\]}>]\s?)\Z"
)
_SCHEME = "mailto:"
_MAILTO = re.compile(rf"(?<!\w){_SCHEME}\Z")
_LOCAL_MARKS = frozenset("!#$%'*+=^_`{}~.-")
_LONGEST_LOCAL = 64


class At(Enum):
    """How the at was written, from plainest to least certain."""

    SIGN = "sign"
    BRACKET = "bracket"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class _Try:
    """One at in the text, with the name before it and the place where a host should begin."""

    reading: Reading
    at: At
    name: Span
    host_from: int
    tight: bool

    @property
    def local(self) -> str:
        return self.reading.plain[slice(*self.name)]


def email_spans(reading: Reading) -> Iterator[Span]:
    """Yield the spans of `reading` that hold an email address; they may overlap."""
    for found in _AT.finditer(reading.plain):
        attempt = _attempt(reading, found)
        end = _address_end(attempt) if attempt else None
        if attempt and end:
            yield _whole_start(reading.plain, attempt.name[0]), end
    for found in _LETTER_BY_LETTER.finditer(reading.plain):
        if found["host"].replace(" ", "").rpartition(".")[2] in KNOWN:
            yield found.span()


def literal_spans(reading: Reading, address: str) -> Iterator[Span]:
    """Yield where `address` stands in any case, spaced out, spelled out or percent-encoded."""
    pattern = _literal_pattern(address)
    if pattern:
        yield from (found.span() for found in pattern.finditer(reading.plain))


def _attempt(reading: Reading, found: re.Match[str]) -> _Try | None:
    plain = reading.plain
    if not HOST_AHEAD.match(plain, found.end()):
        return None
    before = _skip_spaces(plain, found.start(), -1)
    after = _skip_spaces(plain, found.end(), 1)
    name = _name_before(plain, before)
    if name is None:
        return None
    tight = before == found.start() and after == found.end()
    return _Try(reading, At(found.lastgroup), name, after, tight)


def _skip_spaces(plain: str, at: int, step: int) -> int:
    """Move over up to three spaces, backwards with `step` -1, where `at` is the end of a slice."""
    for _ in range(3):
        beside = at - 1 if step < 0 else at
        if not (0 <= beside < len(plain) and plain[beside].isspace()):
            break
        at += step
    return at


def _name_before(plain: str, end: int) -> Span | None:
    if end and plain[end - 1] == '"':
        opening = plain.rfind('"', max(0, end - 1 - _LONGEST_LOCAL), end - 1)
        return (opening, end) if opening >= 0 and end - opening > 2 else None
    start, lowest = end, max(0, end - _LONGEST_LOCAL)
    while start > lowest and (plain[start - 1].isalnum() or plain[start - 1] in _LOCAL_MARKS):
        start -= 1
    while start < end and not (plain[start].isalnum() or plain[start] == "_"):
        start += 1
    return (start, end) if start < end else None


def _address_end(attempt: _Try) -> int | None:
    plain = attempt.reading.plain
    if attempt.tight and (literal := _LITERAL.match(plain, attempt.host_from)):
        return literal.end()
    host = read_host(plain, attempt.host_from)
    if host is None:
        return None
    for rule in (_known_ending, _any_ending):
        last = host.longest(partial(rule, attempt))
        if last is not None:
            return host.ends[last]
    return host.ends[0] if _names_provider(attempt, host) else None


def _known_ending(attempt: _Try, host: Host, last: int) -> bool:
    styles, tld = host.styles(last), host.labels[last]
    if attempt.at is At.SPOKEN and attempt.local in NO_NAME:
        return False
    if styles & {Dot.SPACED, Dot.LOOSE}:
        return parted_fits(host, last)
    if Dot.SPOKEN in styles:
        boom = attempt.at is At.SPOKEN and speaks_of_boom(attempt.reading.plain, host, last)
        return tld in COMMON | NAMED | {"me"} and not boom and not is_craft(host, last)
    return _fits_tightly(attempt, host, last)


def _fits_tightly(attempt: _Try, host: Host, last: int) -> bool:
    tld = host.labels[last]
    if attempt.at is At.SPOKEN:  # “work at example.org” is a link, no address
        return host.labels[0] in PROVIDERS and tld in COMMON
    if tld not in KNOWN:
        return False
    if attempt.tight:
        return True
    if is_craft(host, last) or not case_fits(attempt.reading, host, last):
        return False
    in_sentence = attempt.at is At.SIGN and _NEXT_WORD.match(attempt.reading.plain, host.ends[last])
    return tld in COMMON | NAMED or not in_sentence


def _any_ending(attempt: _Try, host: Host, last: int) -> bool:
    """Beside a tight @, whatever looks like an ending is one: new ones appear every year."""
    tld = host.labels[last]
    if attempt.at is not At.SIGN or not attempt.tight or host.styles(last) != {Dot.TIGHT}:
        return False
    return len(tld) > 1 and (tld.isalpha() or tld.startswith("xn--"))


def _names_provider(attempt: _Try, host: Host) -> bool:
    """“bob at gmail”, but neither “good at Outlook” nor “engineer @ Yahoo”."""
    provider, local = host.labels[0], attempt.local
    if provider not in PROVIDERS:
        return False
    if attempt.at is At.BRACKET or attempt.tight:
        return True
    telling = not local.isalpha() or _shouts_at(attempt)
    return telling or (provider in MAIL_ONLY and local not in NO_NAME)


def _shouts_at(attempt: _Try) -> bool:
    between = attempt.reading.shown[attempt.name[1] : attempt.host_from].strip()
    name = attempt.reading.shown[slice(*attempt.name)]
    return between == "AT" and not name.isupper()


def _whole_start(plain: str, start: int) -> int:
    """Move `start` back over “bob dot” before “smith”, and over “mailto:”."""
    for _ in range(4):
        lowest = max(0, start - 48)
        more = _MORE_NAME.search(plain[lowest:start])
        if not more:
            break
        start = lowest + more.start()
    scheme = _MAILTO.search(plain[max(0, start - 8) : start])
    return start - len(_SCHEME) if scheme else start


def _literal_pattern(address: str) -> re.Pattern[str] | None:
    plain = read(address.strip()).plain
    local, sign, domain = plain.rpartition("@")
    if not (local and sign and domain):
        return None
    gap = r"[\s>]{0,3}"
    at = rf"(?:{_BRACKET}|{_SIGN}|=40|(?<=\s)at(?=\s)|_at_)"
    dot = r"(?:\.|%2e|(?<=\s)dot(?=\s)|[(\[{<]\s?(?:dot|\.)\s?[)\]}>]|_dot_)"

    def spaced(part: str) -> Iterable[str]:
        return (dot if char == "." else re.escape(char) for char in part)

    return re.compile(gap.join([*spaced(local), at, *spaced(domain)]))
