"""From what somebody typed to what an index must find: terms, their places, and other ways to say
it. Pure.

What the words are worth depends on what the ads say, so a plan is made against a Vocabulary.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.catalogue.skills import synonyms
from app.core.text import fold
from app.search.analysis import LONGEST, NAMES_IN_CAPITALS, STOP_WORDS, Word, term_of, words
from app.search.query import Clause, SearchQuery, parse
from app.search.wants import UNKNOWN, Alternative, Near, Plan, Respelt, Vocabulary, Want
from app.search.welsh import mutations

__all__ = ["Alternative", "Near", "Plan", "Respelt", "Vocabulary", "Want", "phrase", "plan"]

_LONGEST_SKILL = 4  # words of a skill that is looked up for synonyms
_SYNONYM_WEIGHT = 0.7  # so that the word itself ranks first
_COMPOUND_WEIGHT = 0.9  # of drystone when somebody typed dry stone, and the other way round
_MUTATED_WEIGHT = 0.6
_NEAR_WEIGHTS = (0.7, 0.5, 0.3, 0.2)  # by slips
_ASKING = """
about advice any anybody anyone anything basics beginner beginners could do does find get getting
good help how into know learn learning lesson lessons like look looking need needs please should
show skill skills some somebody someone something start talk teach teaching tips want wants when
where which would
"""
_OF_ASKING = frozenset(_ASKING.split())
_CUT_WEIGHT = 0.5
_SHORTEST_STEM = 5  # letters
_ENDING_BEGUN = re.compile(  # of an ending that a stem lacks, as far as it may be typed
    r"i|in|ings?|e|er|ers|ed|es|a|at|ati|atio|ations?|m|me|men|ments?|an|anc|ance|ity?|ie|ies|n|nes?"
)
_RARE = 50  # ads up to which it is worth looking for other ways to write a word
_FEW = 2  # ads up to which a near word that many more have may be what was meant
_MANY_MORE = 5  # times as many
_MOST_FORGIVEN = 6  # words of a query that other ways are looked for


def plan(query: SearchQuery, vocabulary: Vocabulary = UNKNOWN) -> Plan:
    """What the words of `query` ask for. A plan without wants asks for everything."""
    shouted = query.q.isupper() and len(query.q) > 10
    clauses = parse(query.q.lower()) if shouted else query.clauses
    reader = _Reader(vocabulary)
    wants: list[Want] = []
    run: list[Clause] = []  # plain words in a row
    for clause in (*clauses, None):
        if clause is not None and not clause.phrase and not clause.excluded:
            run.append(clause)
            continue
        wants += reader.wants(run)
        run = []
        # quoted and excluded ones are meant as they stand: no other ways to say it
        if clause is not None and (literal := phrase(clause.text)):
            wants.append(Want((literal,), excluded=clause.excluded))
    if not any(not want.excluded and not want.optional for want in wants):
        # “it” and nothing else: then that is what is meant
        wants = [replace(want, optional=False) for want in wants]
    return Plan(tuple(wants), respelt=tuple(reader.respelt))


def phrase(text: str, *, tags: bool = False, weight: float = 1.0) -> Alternative | None:
    """The words of `text` one after another; None if there are none worth asking for."""
    found = [word for word in words(text, tags=tags) if not word.stop]
    if not found:
        return None
    offsets = tuple(word.position - found[0].position for word in found)
    terms = tuple(word.term for word in found)
    return Alternative(terms, offsets, phrase=len(terms) > 1, weight=weight)


@dataclass
class _Reader:
    """Reads plain words in a row, and notes which were taken for others."""

    vocabulary: Vocabulary
    respelt: list[Respelt] = field(default_factory=list)
    forgiven: int = 0

    def wants(self, clauses: list[Clause]) -> Iterator[Want]:
        """What they ask for, those that together name a skill or make one word taken together."""
        start = 0
        while start < len(clauses):
            length, others = self._together(clauses[start:])
            run = clauses[start : start + length]
            text, prefix = " ".join(clause.text for clause in run), run[-1].prefix
            if others:
                yield from _as_one(text, others, prefix=prefix)
            else:
                yield from self._one_by_one(text, prefix=prefix)
            start += length

    def _together(self, clauses: list[Clause]) -> tuple[int, list[Alternative]]:
        """How many of the first words belong together, and what else that is called."""
        for length in range(min(_LONGEST_SKILL, len(clauses)), 1, -1):
            text = " ".join(clause.text for clause in clauses[:length])
            if others := list(_same_skill(text)):
                return length, [*others, *self._compounds(text)]
        if len(clauses) > 1:
            pair = " ".join(clause.text for clause in clauses[:2])
            if others := self._compounds(pair):
                return 2, others
        text = clauses[0].text
        if others := list(_same_skill(text)):
            return 1, [*others, *self._compounds(text), *self._forms(text)]
        return 1, self._compounds(text)

    def _compounds(self, text: str) -> list[Alternative]:
        """“dry stone” and “dry-stone” in one word, if there is an ad with it."""
        found = [fold(text[word.start : word.end]) for word in words(text)]
        if len(found) != 2 or not all(word.isalpha() for word in found):
            return []
        joined = term_of("".join(found))
        known = self.vocabulary.known([joined])[0]
        return [Alternative((joined,), weight=_COMPOUND_WEIGHT)] if known else []

    def _one_by_one(self, text: str, *, prefix: bool) -> Iterator[Want]:
        found = list(words(text))
        for word in found:
            if word.stop and word.term not in NAMES_IN_CAPITALS:
                continue
            written = fold(text[word.start : word.end])
            begun = written[:LONGEST] if prefix and word is found[-1] else ""
            itself = Alternative((word.term,), prefix=begun)
            others = () if word.stop else tuple(self._otherwise(word, written, begun))
            weak = written in _OF_ASKING and not word.stop
            yield Want((itself, *others), optional=word.stop, weak=weak)

    def _otherwise(self, word: Word, written: str, begun: str) -> Iterator[Alternative]:
        """Other ways to write a word that few ads have."""
        having = self.vocabulary.having(word.term)
        if having > _RARE or not written.isalpha() or self.forgiven >= _MOST_FORGIVEN:
            return
        self.forgiven += 1
        others = self._forms(written)
        if begun and not having and not self.vocabulary.begun(begun):
            others += self._cut_short(begun)
        yield from others
        if others or (not having and begun and self.vocabulary.begun(begun)):
            return
        near = self.vocabulary.near(written) if having <= _FEW else ()
        if having and near and near[0].ads >= max(_MANY_MORE * having, _FEW + 1):
            self._note(written, near[:1], taken=False)
        elif not having:
            yield from self._taken_for(written, near)

    def _taken_for(self, written: str, near: Iterable[Near]) -> Iterator[Alternative]:
        meant = []
        for one in near:
            weight = _NEAR_WEIGHTS[one.slips]
            others = [
                replace(other, weight=other.weight * weight)
                for other in (_same_skill(one.written) if one.written else ())
                if all(map(self.vocabulary.having, other.terms))
            ]
            if one.ads or others:
                meant.append(one)
                yield Alternative((one.term,), weight=weight)
                yield from others
        self._note(written, meant, taken=True)

    def _note(self, typed: str, near: Iterable[Near], *, taken: bool) -> None:
        self.respelt += [Respelt(typed, one.term, one.written, taken) for one in near]

    def _forms(self, text: str) -> list[Alternative]:
        """Other forms of one plain word."""
        written = fold(text)
        if not (written.isascii() and written.isalpha()):
            return []
        return [*self._apart(written), *self._mutated(term_of(written), written)]

    def _cut_short(self, begun: str) -> list[Alternative]:
        """The stem of an unfinished word that lacks its last letters: “bookkeepi” of bookkeep."""
        cuts = range(_SHORTEST_STEM, len(begun))
        stems = [begun[:at] for at in reversed(cuts) if _ENDING_BEGUN.fullmatch(begun, at)]
        known = self.vocabulary.known(stems) if stems and begun.isascii() else []
        found = [stem for stem, ads in zip(stems, known, strict=False) if ads]
        return [Alternative((stem,), weight=_CUT_WEIGHT) for stem in found[:1]]

    def _apart(self, written: str) -> list[Alternative]:
        """“drystone” in two words, “dry stone” or “dry-stone”, if ads have both."""
        cuts = range(1, len(written)) if len(written) > 4 else ()
        halves = [(written[:at], written[at:]) for at in cuts]
        halves = [pair for pair in halves if STOP_WORDS.isdisjoint(pair) and _may_stand(*pair)]
        terms = [term_of(half) for pair in halves for half in pair]
        known = self.vocabulary.known(terms) if terms else []
        return [
            Alternative((terms[at], terms[at + 1]), (0, 1), phrase=True, weight=_COMPOUND_WEIGHT)
            for at in range(0, len(terms), 2)
            if known[at] and known[at + 1]
        ]

    def _mutated(self, term: str, written: str) -> list[Alternative]:
        """Other forms of a Welsh word that ads have."""
        others = [other for other in map(term_of, mutations(written)) if other != term]
        known = self.vocabulary.known(others) if others else []
        return [
            Alternative((other,), weight=_MUTATED_WEIGHT)
            for other, ads in zip(others, known, strict=True)
            if ads
        ]


def _may_stand(first: str, second: str) -> bool:
    """Whether both may be words: a single letter only as in e-mail, x-ray and t-shirt."""
    return len(second) > 1 and (len(first) > 1 or first in "etx")


def _same_skill(text: str) -> Iterator[Alternative]:
    """Other names of the skill that `text` names, if it does."""
    itself = phrase(text, tags=True)
    for name in sorted(synonyms(text)):
        other = phrase(name, tags=True, weight=_SYNONYM_WEIGHT)
        if itself and other and other.terms != itself.terms:
            yield other


def _as_one(text: str, others: list[Alternative], *, prefix: bool) -> Iterator[Want]:
    found = list(words(text, tags=True))
    asked = [word for word in found if not word.stop]
    begun = fold(text[found[-1].start : found[-1].end])[:LONGEST] if prefix and found else ""
    terms = tuple(word.term for word in asked)
    itself = Alternative(terms, tuple(range(len(terms))), prefix=begun)
    alternatives = (itself, *others) if terms else tuple(others)
    yield Want(alternatives, optional=all(word.stop for word in words(text)))
