"""From text to terms, the same for ads and for searches: what counts as a word, and its stem. Pure.

A word keeps the signs that make it another word (C++, C#, Node.js, .NET, R&D). Words are compared
in lower case, without accents, in one of the spellings of Britain and America, by their English
stem; Welsh words mostly pass unchanged.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from app.core.text import fold
from app.search.american import one_spelling

# Too common to be asked for. They keep their place, so that phrases still fit.
_STOP_WORDS = """
a an and are as at be by can for from has have i in is it its me my of on or our so that
the their them they this to us was we were what who will with you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
# Stop words that name a field of work when written in capitals, or as somebody's skill.
NAMES_IN_CAPITALS = frozenset({"it"})
LONGEST = 60  # characters of one term

# “on-line”, “in-house” and “by-law” are one word, of which a stop word would leave but half.
_HYPHENS = "\u2010\u2011-"
_JOINED = rf"(?<![\w{_HYPHENS}])(?i:at|by|in|on|to)[{_HYPHENS}][^\W\d_]{{2,}}(?![\w{_HYPHENS}])"
# What follows an apostrophe (’s, ’t, ’r, ’n) is no word of its own: “i’r” is not the language R.
_WORD = re.compile(
    r"(?<=\w)['’‘]\w{1,2}\b"
    rf"|(?P<word>{_JOINED}"
    r"|\b\w ?& ?\w\b|(?<![\w.])\.(?=[^\W\d_])\w+(?:[.+#]+\w+)*[+#]*|\w+(?:[.+#]+\w+)*[+#]*)"
)
_INITIALS = re.compile(r"(?:\w\.)+\w")  # I.T, U.X
_PLAIN = re.compile(r"[a-z]+")
_HYPHEN = re.compile(f"[{_HYPHENS}]")
_SEVERAL = re.compile(r"[A-Z]{2,5}s|[bcdfghjklmnpqrtvwxz]{2,4}s")  # CVs, PCs, APIs
_own = threading.local()  # a stemmer is not safe to share


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its term, its place among the words, and where it stands (characters)."""

    term: str
    position: int
    start: int
    end: int
    stop: bool


def words(text: str, *, tags: bool = False) -> Iterator[Word]:
    """Every word of `text`; `tags` when it is a list of skills, where “it” is a field of work."""
    shouted = text.isupper() and len(text) > 10
    position = 0
    for match in _WORD.finditer(text):
        if not (written := match["word"]):
            continue
        term = term_of(written)
        if not term:
            continue
        named = term in NAMES_IN_CAPITALS and (tags or (written.isupper() and not shouted))
        yield Word(term, position, match.start(), match.end(), term in STOP_WORDS and not named)
        position += 1


@lru_cache(maxsize=50_000)
def term_of(written: str) -> str:
    """What all spellings of one word share: “Bookkeepers”, “bookkeeping” → “bookkeep”."""
    term = fold(written[:-1] if _SEVERAL.fullmatch(written) else written)[:LONGEST]
    if _INITIALS.fullmatch(term):
        term = term.replace(".", "")
    term = _HYPHEN.sub("", term).replace(" ", "")
    return _stemmer().stemWord(one_spelling(term)) if _PLAIN.fullmatch(term) else term


@lru_cache(maxsize=50_000)
def parts_of(written: str) -> tuple[str, ...]:
    """Further terms an ad's word is found by: “Node.js” by node and js, “ASP.NET” by .net,
    “in-house” by house."""
    written = fold(written)[:LONGEST]
    if (whole := _HYPHEN.split(written))[1:]:
        return (term_of(whole[-1]),)
    pieces = [piece for piece in re.split(r"[.+#]+", written) if piece]
    if "&" in written or not (len(pieces) > 1 or written.startswith(".")):
        return ()
    dotted = [f".{pieces[-1]}"] if len(pieces) > 1 else []
    return tuple(dict.fromkeys([term_of(piece) for piece in pieces] + dotted))


def _stemmer() -> Stemmer.Stemmer:
    if not hasattr(_own, "stemmer"):
        _own.stemmer = Stemmer.Stemmer("english")
    return _own.stemmer
