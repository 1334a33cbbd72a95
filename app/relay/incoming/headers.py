"""What the header of a mail says, as plain text. Pure.

Addresses are read strictly, on purpose: where two readers of one header could see two different
senders, nobody has sent it.
"""

import re
from email.message import Message

_FOLD = re.compile(r"\r?\n[ \t]*|[\r\n\0]")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ADDRESS = re.compile(r'[^\s<>,;:"()\[\]\\@]+@[^\s<>,;:"()\[\]\\@]+')
_LONGEST = 16_000


def values(message: Message, name: str) -> list[str]:
    """Return what stands after every header `name` (lower case), unfolded, topmost first."""
    return [_text(str(value)) for key, value in message.raw_items() if key.lower() == name]


def first(message: Message, name: str) -> str:
    """Return what stands after the topmost header `name`, or an empty text."""
    return next(iter(values(message, name)), "")


def senders(message: Message) -> tuple[str, ...]:
    """Return every address of every From header; none at all if one of them can be misread."""
    found: list[str] = []
    for value in values(message, "from"):
        addresses = _addresses(value)
        if addresses is None:
            return ()
        found += addresses
    return tuple(found)


def without_comments(value: str) -> str | None:
    """Return `value` without (comments), nested ones too; None if one, or a quotation, stays open.

    RFC 5322, section 3.2.2. A closing bracket that closes nothing, as in “:)”, stays.
    """
    kept: list[str] = []
    depth, quoted, at = 0, False, 0
    while at < len(value):
        char = value[at]
        step = 2 if char == "\\" and (quoted or depth) else 1
        if char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        if not depth:
            kept.append(value[at : at + step])
        elif char == ")":
            depth -= 1
            kept.append(" ")
        at += step
    return None if depth or quoted else "".join(kept)


def _addresses(value: str) -> list[str] | None:
    plain = without_comments(value) if len(value) < _LONGEST else None
    if plain is None or '"@' in plain:
        return None
    found: list[str] = []
    for piece in re.split("[,;]", _QUOTED.sub(" ", plain)):
        named = _ADDRESS.findall(piece)
        if piece.count("@") != len(named) or len({name.casefold() for name in named}) > 1:
            return None
        found += named[:1]
    return found or None


def _text(value: str) -> str:
    """Bytes above ASCII are read as UTF-8 (RFC 6532), what isn't that is replaced."""
    raw = value[:_LONGEST].encode("utf-8", "surrogateescape")
    return _FOLD.sub(" ", raw.decode("utf-8", "replace")).strip()
