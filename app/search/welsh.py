"""Welsh words change at their beginning: garddio, o arddio; Caerdydd, yng Nghaerdydd. Pure."""

import re
from collections.abc import Iterator

# What a first sound becomes: soft, nasal, aspirate. Longer ones first, since “ll” is no “l”.
_BECOMES = (
    ("ll", ("l",)),
    ("rh", ("r",)),
    ("p", ("b", "mh", "ph")),
    ("t", ("d", "nh", "th")),
    ("c", ("g", "ngh", "ch")),
    ("b", ("f", "m")),
    ("d", ("dd", "n")),
    ("g", ("", "ng")),
    ("m", ("f",)),
)
_NASAL = (("ngh", "c"), ("mh", "p"), ("nh", "t"), ("ng", "g"), ("m", "b"), ("n", "d"))
# Spelt as English hardly ever is. English words that pass do no harm unless ads have the other.
_WELSH = re.compile(
    r"^(?:ll|rh|gw|cy|gy|chw|ngh|mh|nh|dd|ff|sg)|dd|yf|usn|[^aeiou]u$|[^aeiou]gell$|[^aeiouwy]w[^aeiouwyh]|[^aeo]w[nrydls]?$"
    r"|(?:io|iad|iau|aeth|ydd|wyr|wyd|adau|edd|iaith|eg)$|wy|yw"
)


def mutations(word: str) -> list[str]:
    """The forms `word` (folded) may take or may come from, if it looks Welsh; itself left out."""
    if len(word) < 4 or not word.isascii() or not _WELSH.search(word):
        return []
    plain = [word, *_unmutated(word)]
    forms = [form for one in plain for form in (one, *_mutated(one))]
    return [form for form in dict.fromkeys(forms) if form != word and len(form) > 2]


def without_nasal(name: str) -> str | None:
    """The plain form of a name as it stands after “yn”: Nghaerdydd → Caerdydd; None if it is."""
    lowered = name.lower()
    for mutated, plain in _NASAL:
        if lowered.startswith(mutated):
            return plain + lowered[len(mutated) :]
    return None


def _mutated(word: str) -> Iterator[str]:
    for first, others in _BECOMES:
        if word.startswith(first) and not (first in "cpt" and word[1:2] == "h"):
            yield from (other + word[len(first) :] for other in others)
            return


def _unmutated(word: str) -> Iterator[str]:
    """What it may be a form of: “arddio” of garddio, “gyfrifon” of cyfrifon."""
    for first, others in _BECOMES:
        for other in others:
            if other and word.startswith(other):
                yield first + word[len(other) :]
    if word[0] in "aeiouwylr":
        yield "g" + word
