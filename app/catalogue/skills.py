"""Skills: one spelling for each, whatever people call it; any other skill is welcome too."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from app.catalogue.tables import DATA, CatalogueError, read_rows

LONGEST_SKILL = 60
_COLUMNS = ("skill", "synonyms", "walk")
_SEPARATORS = re.compile(r"[,;\n\r]")
# What may stand before a skill (.NET keeps its dot) and after it (C++ and C# keep their signs).
_BEFORE = " ,;-–—*•·…:!?'\"‘’“”<>/|_&#+"
_AFTER = " ,;-–—*•·….:!?'\"‘’“”<>/|_&"
_SIGNS = frozenset("+#&./0123456789")


@dataclass(frozen=True, slots=True)
class Skill:
    """A known skill: the name it is printed by, its other spellings, its walk of life."""

    name: str
    synonyms: tuple[str, ...]
    walk: str


@cache
def all_skills() -> tuple[Skill, ...]:
    """Every skill in the data file, in its order."""
    with (DATA / "skills.csv").open(encoding="utf-8", newline="") as lines:
        return read_skills(lines)


def read_skills(lines: Iterable[str], name: str = "skills.csv") -> tuple[Skill, ...]:
    """Read the columns skill, synonyms (separated by |) and walk.

    Raises CatalogueError, naming both lines, when one spelling stands for two skills.
    """
    skills: list[Skill] = []
    taken: dict[str, tuple[int, str]] = {}
    for line, (skill, others, walk) in read_rows(lines, name=name, columns=_COLUMNS):
        synonyms = tuple(other.strip() for other in others.split("|") if other.strip())
        for spelling in (skill, *synonyms):
            first, owner = taken.setdefault(_fold(spelling), (line, skill))
            if first != line:
                raise CatalogueError(
                    f"{name}, line {line}: “{spelling}” ({skill}) stands already on line {first}"
                    f" ({owner})"
                )
        skills.append(Skill(skill, synonyms, walk))
    return tuple(skills)


@cache
def _by_key() -> dict[str, Skill]:
    return {
        _fold(spelling): skill
        for skill in all_skills()
        for spelling in (skill.name, *skill.synonyms)
    }


def _fold(text: str) -> str:
    """What spellings share: no case, accents, spaces, hyphens or dots; + # and a first dot stay."""
    text = text.casefold().replace("&", "and")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    kept = "".join(c for c in text if c.isalnum() or c in "+#")
    return f".{kept}" if text.startswith(".") else kept


def normalise_skill(text: str) -> str:
    """One skill as it is printed, at most 60 characters; '' when no letter or digit is in it.

    A known skill gets its own spelling. Any other becomes lower case, except short words in
    capitals (HR, NVQ) and words with signs or digits (K9, Xamarin.Forms).
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(c if c.isprintable() else " " for c in text)
    text = _trim(" ".join(text.split()))[:LONGEST_SKILL]
    text = _trim(unicodedata.normalize("NFC", " ".join(map(_lower, _trim(text).split()))))
    if not any(c.isalnum() for c in text):
        return ""
    known = _by_key().get(_fold(text))
    return known.name if known else text


def _trim(text: str) -> str:
    return text.rstrip(_AFTER).lstrip(_BEFORE)


def _lower(word: str) -> str:
    if (len(word) <= 4 and word.isupper()) or not _SIGNS.isdisjoint(word):
        return word
    # A few capitals become two letters: those stay, or the length would run over.
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in word)


def split_skills(text: str) -> list[str]:
    """The skills in a line people typed, split at comma, semicolon and new line.

    Each is normalised and stands once, however spelt; what is empty falls out. No upper limit.
    """
    text = unicodedata.normalize("NFC", text)  # which may itself turn a sign into a semicolon
    found: dict[str, str] = {}
    for part in _SEPARATORS.split(text):
        if skill := normalise_skill(part):
            found.setdefault(skill_key(skill), skill)
    return list(found.values())


def skill_key(text: str) -> str:
    """What every spelling of one skill shares, and no other skill has."""
    name = normalise_skill(text)
    return _fold(name) or name


def synonyms(skill: str) -> frozenset[str]:
    """All spellings of the same skill in lower case, its own name among them."""
    name = normalise_skill(skill)
    known = _by_key().get(_fold(name))
    spellings = (known.name, *known.synonyms) if known else (name,)
    return frozenset(spelling.lower() for spelling in spellings if spelling)


def suggest_skills(prefix: str, limit: int = 8) -> list[str]:
    """Names of skills that begin so: first by name, then by synonym, then by a word inside."""
    start = _fold(prefix.strip())
    if not start:
        return []
    ranked = [
        (min(ranks), len(name), name)
        for name, entries in _suggestible()
        if (ranks := [rank for rank, key in entries if key.startswith(start)])
    ]
    return [name for _, _, name in sorted(ranked)[:limit]]


@cache
def _suggestible() -> list[tuple[str, list[tuple[int, str]]]]:
    """For each name, (rank, key) of it, its synonyms, and its end from each later word on."""
    listed = []
    for skill in all_skills():
        words = skill.name.split()
        ends = [" ".join(words[at:]) for at in range(1, len(words))]
        entries = [(0, _fold(skill.name))]
        entries += [(1, _fold(synonym)) for synonym in skill.synonyms]
        entries += [(2, _fold(end)) for end in ends]
        listed.append((skill.name, entries))
    return listed
