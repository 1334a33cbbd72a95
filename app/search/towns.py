"""A town said at the end of what somebody looks for: “bookkeeping in Caerdydd”. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.catalogue.places import Place, find_places
from app.search.welsh import without_nasal

_LONGEST_NAME = 4  # words of a town's name that are looked at when nothing stands before it
_BEFORE = re.compile(
    r"(?:^|\s)(?P<before>close to|in or near|in|near|nr|around|round|by|at"
    r"|o amgylch|wrth ymyl|yn agos i|yn|ym|yng|ger)\s+",
    re.IGNORECASE,
)
_WELSH = frozenset({"yn", "ym", "yng", "ger", "o amgylch", "wrth ymyl", "yn agos i"})
# Towns whose names are words: in small letters the word is meant.
_TOWNS_AND_WORDS = """
amble ash bank banks barking barry bath battle beer bow box bream bridge brill bugle bury ceres
chapel church clay coven cove crook dale deal denny derby diss down eagle ely eye fleet flint flore
ford forth goring grain grays grove hale ham hatch hay hill hook hope horn hose house hull keith
kew law lea leek lees loans lode march mark mere mold moss mumbles nelson over pant par pool rake
reading ridge rock rugby rye sale sandwich sandy scone send settle shaw sherry speke staple steep
stock stoke stone stow street sway tong tring wall ware wash wells wick wing wool worth yarm
"""
_NATIONS = frozenset({"wales", "england", "scotland", "ireland", "cymru", "britain"})
_WORDS_TOO = frozenset(_TOWNS_AND_WORDS.split())


class Said(NamedTuple):
    """What was typed, in two: the words, and the name of a town with the towns it may mean."""

    words: str
    name: str
    places: tuple[Place, ...]


def town_after_word(q: str) -> Said | None:
    """The town at the end of `q` after “in”, “near”, “yn”, “ger” or the like, if there is one."""
    for found in _BEFORE.finditer(q):
        name = q[found.end() :].strip()
        welsh = found["before"].lower() in _WELSH
        if _may_be_name(name) and (places := _places(name, in_welsh=welsh)):
            return Said(q[: found.start()].strip(), name, tuple(places))
    return None


def town_at_end(q: str) -> Said | None:
    """The town that the last words of `q` name by themselves, the longest name first."""
    for words, name in _ends(q):
        if _may_be_name(name) and (places := _places(name)):
            return Said(words, name, tuple(places))
    return None


def town_begun(typed: str) -> tuple[str, str]:
    """What was typed, up to and with the last “in” or the like, and what stands after it."""
    for found in reversed(list(_BEFORE.finditer(typed))):
        if found.start():
            return typed[: found.end()].strip(), typed[found.end() :].strip()
    return "", typed.strip()


def _ends(q: str) -> Iterator[tuple[str, str]]:
    words = q.split()
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        yield " ".join(words[:-length]), " ".join(words[-length:])


def _may_be_name(name: str) -> bool:
    if not name or '"' in name or name.startswith("-") or len(name) > 60:
        return False
    if name.lower() in _NATIONS:
        return False
    return name.lower() not in _WORDS_TOO or name[0].isupper()


def _places(name: str, *, in_welsh: bool = False) -> list[Place]:
    """The towns of that name; in Welsh it may be mutated, and towns in Wales go first."""
    places = find_places(name)
    if not places and in_welsh and (plain := without_nasal(name)):
        places = find_places(plain)
    return sorted(places, key=lambda place: place.nation != "Wales") if in_welsh else places
