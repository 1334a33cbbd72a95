"""Bytes of a text part as text, whatever they say they are. Pure; never fails."""

import codecs

# What Windows calls by the names on the left has typographic quotes in places these leave empty.
_LATIN = {"iso8859-1": "cp1252", "ascii": "utf-8"}
# Ways to write Python or host names, and what takes quadratic time: no mail is written in these.
_NO_CHARSET = frozenset(
    ("idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined", "charmap", "mbcs")
)


def decoded(raw: bytes, declared: str) -> str:
    """Return `raw` in its declared charset, else as UTF-8, else as cp1252 with replacements."""
    for name in (*_ways(raw, declared), "utf-8"):
        try:
            return raw.decode(name).removeprefix("\ufeff")
        except (UnicodeError, LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def _ways(raw: bytes, declared: str) -> tuple[str, ...]:
    name = _known(declared)
    name = _LATIN.get(name, name)
    if name == "cp1252" and not raw.isascii():
        # Western letters are hardly ever valid UTF-8 by chance, mislabelled UTF-8 is frequent.
        return "utf-8", name
    return (name,) if name else ()


def _known(declared: str) -> str:
    """The codec for a charset's name; '' if there is none, or none that mail is written in."""
    try:
        found = codecs.lookup(declared.strip().strip("\"'")[:40])
    except (LookupError, ValueError):
        return ""
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in _NO_CHARSET else ""
