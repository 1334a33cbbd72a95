"""What an index holds of one ad: its terms with weights and places, its card, its skills. Pure."""

from typing import Any

from app.search.analysis import parts_of, words
from app.search.cards import card, skill_names
from app.search.index import AdDocument

BETWEEN = "\x1f"  # stands between two skills
_GAP = 20  # places between two parts of an ad, so that no phrase spans them
_HEADLINE, _SKILL, _SIDE, _ABOUT = 3.0, 2.5, 1.2, 1.0  # what a word counts there

Part = tuple[str, float, bool]  # a text, what its words count, whether it is a skill


class TermsOf(dict[str, tuple[float, list[int]]]):
    """Terms of some parts of an ad, each with its weight and places; `length` in words."""

    def __init__(self, *parts: Part) -> None:
        self.length, place = 0, 0
        for text, weight, tags in parts:
            last = -1
            for word in words(text, tags=tags):
                last = word.position
                if word.stop:
                    continue
                self.length += 1
                for term in (word.term, *parts_of(text[word.start : word.end])):
                    self._add(term, weight, place + last)
            place += last + 1 + _GAP

    def _add(self, term: str, weight: float, place: int) -> None:
        before, places = self.get(term, (0.0, []))
        self[term] = (before + weight, [*places, place])


def entry(document: AdDocument) -> dict[str, Any]:
    """By name of the field: terms of the whole ad and of either side, the card, the skills."""
    wanted: list[Part] = [(skill, _SKILL, True) for skill in document.seeks_skills]
    given: list[Part] = [(skill, _SKILL, True) for skill in document.offers_skills]
    seeks, offers = (document.seeks, _SIDE, False), (document.offers, _SIDE, False)
    headline, about = (document.headline, _HEADLINE, False), (document.about, _ABOUT, False)
    skills = dict.fromkeys(wanted + given)  # each by itself, that no phrase spans two
    whole = TermsOf(headline, *skills, seeks, offers, about)
    sides = TermsOf(*wanted, seeks), TermsOf(*given, offers)
    return {
        "text": whole,
        "seeks": sides[0],
        "offers": sides[1],
        "card": card(document, (whole.length, sides[0].length, sides[1].length)),
        "skills": BETWEEN.join(skill_names(document)).encode(),
    }
