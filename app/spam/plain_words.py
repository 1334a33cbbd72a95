"""A text as spam filters are meant not to read it, made plain: look-alikes, leetspeak, s p a c e s.

Pure. Nothing here is shown to anybody; what people typed is kept as they typed it.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.core.text import fold

_LATIN_TWINS = str.maketrans(
    "аеорсухкмтвнібѕјһԁɡαεορνικτυχβγ’‘`´ʼ",
    "aeopcyxkmtbhibsjhdgaeopviktuxby'''''",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(r"(?<![\w@$!|£€])(?=[\w@$!|]*[a-z])(?=[a-z@$!|]*[0-9@$!|])[\w@$!|]{4,20}")
_SPACED = re.compile(r"(?<!\w)(?:[a-z][ .*_\-]){3,}[a-z](?!\w)")
_DOTTED = re.compile(r"(?<=[a-z])[.*_\-](?=[a-z])")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FANCY = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]")
_HIDDEN = re.compile(r"(?<=\w)[\u00ad\u200b-\u200f\u2060-\u2064\ufeff](?=\w)")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` in plain lower case without accents; `disguised`: how many words hid from readers."""

    text: str
    disguised: int


def make_plain(text: str, targets: frozenset[str]) -> Plain:
    """Return `text` made plain. Digits and signs are read as letters where that gives a target."""
    mixed = sum(_is_mixed(word) for word in _WORD.findall(text))
    hidden = len(_HIDDEN.findall(text))
    fancy = len(_FANCY.findall(text)) // 4
    bare = "".join(c for c in text if unicodedata.category(c) != "Cf")
    low = fold(bare).translate(_LATIN_TWINS)
    low, leet = _read_leet(low, targets)
    low, spaced = _join_letters(low, targets)
    return Plain(low, mixed + hidden + fancy + leet + spaced)


def _is_mixed(word: str) -> bool:
    """Whether letters of two alphabets stand in one word, as no language writes it."""
    if word.isascii():
        return False
    names = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return "LATIN" in names and bool(names & {"CYRILLIC", "GREEK"})


def _read_leet(text: str, targets: frozenset[str]) -> tuple[str, int]:
    found = 0

    def read(match: re.Match[str]) -> str:
        nonlocal found
        for one in ("i", "l"):
            word = (
                match[0].replace("1", one).translate(_LEET).strip("il" if "!" in match[0] else "")
            )
            if word in targets and word != match[0].rstrip("!"):
                found += 1
                return word
        return match[0]

    return _LEET_WORD.sub(read, text), found


def _join_letters(text: str, targets: frozenset[str]) -> tuple[str, int]:
    found = 0

    def join(match: re.Match[str]) -> str:
        nonlocal found
        joined = re.sub(r"[^a-z]", "", match[0])
        if not any(target in joined for target in targets):
            return match[0]
        found += 1
        return joined

    text = _SPACED.sub(join, text)
    for word in set(re.findall(r"\b[a-z]+(?:[.*_\-][a-z]+)+\b", text)):
        if (joined := _DOTTED.sub("", word)) in targets:
            text, found = text.replace(word, joined), found + 1
    return text, found
