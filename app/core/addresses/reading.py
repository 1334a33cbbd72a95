"""A text as eyes read it, with the way back to where each character stood."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# One character may stand for several (℡ → TEL), but not for a sentence (U+FDFA → 18).
_LONGEST_EXPANSION = 4
_STOPS = "。｡․·"
_MINUS = "−"
_UNDISGUISED = re.compile(r"[\n -~]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """`shown` is the text without disguise, `plain` its lower case; same length as `origins`."""

    shown: str
    plain: str
    origins: Sequence[int]
    length: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the reading into offsets of the text that was read."""
        first, last = self.origins[start], self.origins[end - 1]
        following = bisect_left(self.origins, last + 1, lo=end - 1)
        stop = self.origins[following] if following < len(self.origins) else self.length
        return first, stop


def read(text: str) -> Reading:
    """Read `text`: compatibility forms made plain, marks and invisible characters left out."""
    if _UNDISGUISED.fullmatch(text):
        return Reading(text, text.lower(), range(len(text)), len(text))
    shown: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(text):
        seen = char if " " <= char <= "~" else _seen(char)
        shown.append(seen)
        origins.extend([at] * len(seen))
    whole = "".join(shown)
    return Reading(whole, _lower(whole), origins, len(text))


@lru_cache(maxsize=4096)
def _seen(char: str) -> str:
    if char == "\n" or char.isspace():
        return "\n" if char == "\n" else " "
    if char in _STOPS:
        return "."
    category = unicodedata.category(char)
    if category[0] == "M" or category in ("Cc", "Cf", "Cs"):
        return ""
    if category == "Pd" or char == _MINUS:
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(char))
    plain = unicodedata.normalize("NFKC", char)
    kept = "".join(c for c in plain if unicodedata.category(c)[0] != "M")
    return kept if len(kept) <= _LONGEST_EXPANSION else char


def _lower(text: str) -> str:
    """Lower case, one character for one: İ would become two."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower()[:1] for c in text)
