"""Whether a mail comes from whom it says, by what our own mail server found out. Pure.

Authentication-Results is RFC 8601; alignment is RFC 7489, section 3.1, told here without a list of
public suffixes: a domain, or one it belongs to, vouches for its addresses, never one beside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import idna

from app.relay.incoming.headers import without_comments

_SERVER = re.compile(r'\s*(?:\([^()]*\)\s*)*"?([^\s;"()]+)')
_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^";])+')
_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"\s])+')
_AROUND_EQUALS = re.compile(r'\s*=\s*(?=[^"]*(?:"[^"]*"[^"]*)*\Z)')
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class _Result:
    """What one method found: `dkim`, `pass`, and properties such as header.d."""

    method: str
    said: str
    about: dict[str, str] = field(default_factory=dict)


def of_server(results: Sequence[str], trusted: str) -> str:
    """Return the topmost of `results` that `trusted` wrote; '' if none did, or nobody is trusted.

    One that somebody forged can only stand below it, so no other counts.
    """
    for value in results:
        server = _SERVER.match(value)
        if trusted and server and server[1].casefold() == trusted.casefold():
            return value
    return ""


def proves(results: str, address: str) -> bool:
    """Whether `results` say that the owner of the address' domain let this mail be sent."""
    found = _results(results)
    domain = _domain(address)
    dmarc = [result for result in found if result.method == "dmarc"]
    if not domain or any(result.said == "fail" for result in dmarc):
        return False
    return any(_vouches(result, domain) for result in found)


def same_address(one: str, other: str) -> bool:
    """Whether two spellings mean one mailbox: case says nothing, IDNA and Unicode are one."""
    mine, theirs = one.rpartition("@")[0].casefold(), other.rpartition("@")[0].casefold()
    return bool(mine) and mine == theirs and _domain(one) == _domain(other) != ""


def _vouches(result: _Result, domain: str) -> bool:
    if result.said != "pass":
        return False
    if result.method == "dmarc":
        return _aligned(result.about.get("header.from", domain), domain)
    if result.method == "dkim":
        signed = result.about.get("header.d") or result.about.get("header.i", "")
        return _aligned(signed, domain)
    return result.method == "spf" and _aligned(result.about.get("smtp.mailfrom", ""), domain)


def _aligned(vouching: str, domain: str) -> bool:
    """Whether `vouching` (a domain or an address) is `domain` or one above it, not a bare TLD."""
    above = _domain(vouching)
    return "." in above and (domain == above or domain.endswith(f".{above}"))


def _domain(address: str) -> str:
    """The domain of an address, or a domain by itself, in ASCII; '' if it is none."""
    bare = address.strip().strip('"<>').rpartition("@")[2].rstrip(".").casefold()
    try:
        return idna.encode(bare, uts46=True).decode() if bare else ""
    except idna.IDNAError:
        return bare if bare.isascii() else ""


def _results(value: str) -> list[_Result]:
    """Every method's result; none at all if the header can't be read to its end."""
    plain = without_comments(value[:_LONGEST])
    if plain is None or len(value) > _LONGEST:
        return []
    parts = _PART.findall(_AROUND_EQUALS.sub("=", plain))[1:]
    return [result for part in parts if (result := _result(_WORD.findall(part)))]


def _result(words: Sequence[str]) -> _Result | None:
    method, equals, said = words[0].casefold().partition("=") if words else ("", "", "")
    if not equals:
        return None
    about: dict[str, str] = {}
    for word in words[1:]:
        name, _, told = word.partition("=")
        if about.setdefault(name.casefold(), told) != told:
            return None
    return _Result(method.partition("/")[0], said, about)
