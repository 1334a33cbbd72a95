"""What an index holds of one ad: its terms with weights and places, its card, its skills. Pure."""

from typing import Any

from app.search.analysis import parts_of, words
from app.search.cards import card, sided_skills
from app.search.index import AdDocument

BETWEEN = "\x1f"  # stands between two skills
GAP = 20  # places between two parts of an ad, so that no phrase spans them
HEADLINE, SKILL, SIDE, ABOUT = 3.0, 2.5, 1.2, 1.0  # what a word counts there

Part = tuple["Spoken", float]  # a text, and what its words count


class Spoken:
    """A text read once: what its words are found by with their places, how many there are, and
    how far they reach."""

    def __init__(self, text: str, *, tags: bool = False) -> None:
        self.terms: list[tuple[str, int]] = []
        self.length, last = 0, -1
        for word in words(text, tags=tags):
            last = word.position
            if word.stop:
                continue
            self.length += 1
            self.terms.append((word.term, last))
            others = parts_of(text[word.start : word.end])
            self.terms += [(term, last) for term in others]
        self.reach = last + 1


class TermsOf(dict[str, tuple[float, list[int]]]):
    """Terms of some parts of an ad, each with its weight and places; `length` in words."""

    def __init__(self, *parts: Part) -> None:
        self.length, place = 0, 0
        for spoken, weight in parts:
            self.length += spoken.length
            for term, at in spoken.terms:
                before, places = self.get(term, (0.0, []))
                places.append(place + at)
                self[term] = (before + weight, places)
            place += spoken.reach + GAP


def parts(document: AdDocument) -> tuple[list[Part], list[Part], list[Part]]:
    """What is said in the whole ad, on its seeking and on its offering side, with what it counts.

    Each skill by itself, so that no phrase spans two.
    """
    tags = (*document.seeks_skills, *document.offers_skills)
    skills = {skill: (Spoken(skill, tags=True), SKILL) for skill in tags}
    wanted = [skills[skill] for skill in document.seeks_skills]
    given = [skills[skill] for skill in document.offers_skills]
    seeks, offers = (Spoken(document.seeks), SIDE), (Spoken(document.offers), SIDE)
    headline, about = (Spoken(document.headline), HEADLINE), (Spoken(document.about), ABOUT)
    whole = [headline, *skills.values(), seeks, offers, about]
    return whole, [*wanted, seeks], [*given, offers]


def entry(document: AdDocument) -> dict[str, Any]:
    """By name of the field: terms of the whole ad and of either side, the card, the skills."""
    whole, seeks, offers = (TermsOf(*part) for part in parts(document))
    return {
        "text": whole,
        "seeks": seeks,
        "offers": offers,
        "card": card(document, (whole.length, seeks.length, offers.length)),
        "skills": BETWEEN.join(sided_skills(document)).encode(),
    }
