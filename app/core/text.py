"""Normalising what people type: one clean form to store, one to compare, one for a web address.

Pure functions. Offsets are not kept here; app.core.addresses does its own reading for that.
"""

import re
import unicodedata
from collections.abc import Callable

_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_TOO_MANY_BLANKS = re.compile(r"\n{4,}")
_WORD = re.compile(r"[a-z0-9]+")
_ACCENT = re.compile("[\u0300-\u036f]")
# A flag such as that of Wales is a black flag, letters in tag characters, and a closing tag.
_TAG_FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)")
# Letters and symbols that show nothing: a name made of them would look empty.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_EMOJI_JOINED = frozenset("\u2194\ufe0f")  # an arrow that Unicode files under mathematics; VS16
# Letters that no decomposition turns into plain ones.
_PLAIN_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)


def clean_line(text: str) -> str:
    """Return `text` as one NFC line without control or format characters, spaces collapsed.

    Joiners stay where they carry meaning: inside emoji and in scripts that write with them.
    """
    return " ".join(unicodedata.normalize("NFC", _visible(text)).split())


def clean_text(text: str) -> str:
    """Return `text` cleaned like clean_line, line by line; LF only, two blank lines at most."""
    lines = (clean_line(line) for line in _LINE_BREAK.split(text))
    return _TOO_MANY_BLANKS.sub("\n\n\n", "\n".join(lines)).strip("\n")


def is_header_safe(text: str) -> bool:
    """Whether `text` may stand in a mail header: no control character, no encoded word.

    An encoded word can smuggle in a line break (CVE-2024-6923), so `=?` is enough to say no.
    """
    return "=?" not in text and not any(
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text
    )


def fold(text: str) -> str:
    """Return `text` for comparing: case folded, accents removed, compatibility forms made plain."""
    return _settle(text, _fold_once)


def slugify(text: str, limit: int = 60) -> str:
    """Return lower-case ASCII words joined by hyphens, at most `limit` characters; may be empty.

    Cut between words where possible; an apostrophe joins (“what’s” → “whats”).
    """
    words = _WORD.findall(re.sub("['’ʼ]", "", fold(text)))
    slug = "-".join(words)
    if len(slug) <= limit:
        return slug
    cut = slug[: limit + 1].rfind("-")
    return slug[:cut] if cut > 0 else slug[:limit]


def _fold_once(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = _ACCENT.sub("", apart).casefold().translate(_PLAIN_LETTERS)
    return unicodedata.normalize("NFKC", bare)


def _settle(text: str, step: Callable[[str], str]) -> str:
    """Repeat `step` until nothing changes: a few rare letters need a second round."""
    for _ in range(4):
        text, before = step(text), text
        if text == before:
            break
    return text


def _visible(text: str) -> str:
    """Return `text` with what cannot be seen removed, and what should part words as a space."""
    pieces = _TAG_FLAG.split(text)
    return "".join(
        piece if index % 2 else "".join(_kept(piece, at) for at in range(len(piece)))
        for index, piece in enumerate(pieces)
    )


def _kept(text: str, at: int) -> str:
    char = text[at]
    if " " <= char <= "~":
        return char
    if char in _BLANKS or char.isspace():
        return " "
    if char in (_ZWJ, _ZWNJ):
        return char if _joins(text, at) else ""
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs") or _is_noncharacter(ord(char)):
        return ""
    return char


def _joins(text: str, at: int) -> bool:
    """Whether the joiner stands between two emoji, or two letters of a script that joins."""
    if not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    if _in_joining_script(before) and _in_joining_script(after):
        return True
    return text[at] == _ZWJ and _is_pictorial(before) and _is_pictorial(after)


def _in_joining_script(char: str) -> bool:
    """Arabic to Myanmar, Khmer and Mongolian: the blocks whose spelling uses joiners."""
    in_blocks = "\u0600" <= char <= "\u109f" or "\u1780" <= char <= "\u18af"
    return in_blocks and unicodedata.category(char)[0] in "LM"


def _is_pictorial(char: str) -> bool:
    return (
        char in _EMOJI_JOINED
        or "\U0001f000" <= char <= "\U0001faff"
        or unicodedata.category(char) == "So"
    )


def _is_noncharacter(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
