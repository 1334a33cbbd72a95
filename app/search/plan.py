"""From what somebody typed to what an index must find: terms, their places, and synonyms. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.catalogue.skills import synonyms
from app.core.text import fold
from app.search.analysis import NAMES_IN_CAPITALS, words
from app.search.query import Clause, SearchQuery, parse

_LONGEST_SKILL = 4  # words of a skill that is looked up for synonyms
_SYNONYM_WEIGHT = 0.7  # so that the word itself ranks first


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that must all be there; in a `phrase` at their offsets, one after another.

    `prefix`: how the last word begins, as written, if it may be unfinished; else empty.
    """

    terms: tuple[str, ...]
    offsets: tuple[int, ...] = (0,)
    phrase: bool = False
    prefix: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Want:
    """One thing to be found: any of its alternatives will do. `optional` only lifts the rank."""

    alternatives: tuple[Alternative, ...]
    excluded: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All required wants must be met, with `any_will_do` one of them; what is excluded never."""

    wants: tuple[Want, ...]
    any_will_do: bool = False

    @property
    def required(self) -> tuple[Want, ...]:
        return tuple(want for want in self.wants if not want.excluded and not want.optional)

    @property
    def excluded(self) -> tuple[Want, ...]:
        return tuple(want for want in self.wants if want.excluded)

    def loosened(self) -> "Plan | None":
        """The same with any of the words instead of all; None where that changes nothing."""
        single: list[Want] = []
        for want in self.required:
            first, *others = want.alternatives
            last = len(first.terms) - 1
            for n, term in enumerate(first.terms):
                alone = Alternative((term,), prefix=first.prefix if n == last else "")
                single.append(Want((alone,)))
            single += [Want((other,)) for other in others]
        if len(single) < 2:
            return None
        return Plan((*single, *self.excluded), any_will_do=True)


def plan(query: SearchQuery) -> Plan:
    """What the words of `query` ask for. A plan without wants asks for everything."""
    shouted = query.q.isupper() and len(query.q) > 10
    clauses = parse(query.q.lower()) if shouted else query.clauses
    wants: list[Want] = []
    run: list[Clause] = []  # plain words in a row
    for clause in (*clauses, None):
        if clause is not None and not clause.phrase and not clause.excluded:
            run.append(clause)
            continue
        wants += _of_words(run)
        run = []
        # quoted and excluded ones are meant as they stand: no synonyms
        if clause is not None and (literal := phrase(clause.text)):
            wants.append(Want((literal,), excluded=clause.excluded))
    if not any(not want.excluded and not want.optional for want in wants):
        # “it” and nothing else: then that is what is meant
        wants = [replace(want, optional=False) for want in wants]
    return Plan(tuple(wants))


def phrase(text: str, *, tags: bool = False, weight: float = 1.0) -> Alternative | None:
    """The words of `text` one after another; None if there are none worth asking for."""
    found = [word for word in words(text, tags=tags) if not word.stop]
    if not found:
        return None
    offsets = tuple(word.position - found[0].position for word in found)
    terms = tuple(word.term for word in found)
    return Alternative(terms, offsets, phrase=len(terms) > 1, weight=weight)


def _of_words(clauses: list[Clause]) -> Iterator[Want]:
    """Plain words, those that together name a skill taken together."""
    start = 0
    while start < len(clauses):
        for length in range(min(_LONGEST_SKILL, len(clauses) - start), 0, -1):
            run = clauses[start : start + length]
            text = " ".join(clause.text for clause in run)
            others = list(_same_skill(text))
            if others or length == 1:
                yield from _together(text, others, prefix=run[-1].prefix)
                start += length
                break


def _same_skill(text: str) -> Iterator[Alternative]:
    """Other names of the skill that `text` names, if it does."""
    itself = phrase(text, tags=True)
    for name in sorted(synonyms(text)):
        other = phrase(name, tags=True, weight=_SYNONYM_WEIGHT)
        if itself and other and other.terms != itself.terms:
            yield other


def _together(text: str, others: list[Alternative], *, prefix: bool) -> Iterator[Want]:
    found = list(words(text, tags=bool(others)))
    asked = [word for word in found if not word.stop]
    begun = fold(text[found[-1].start : found[-1].end]) if prefix and found else ""
    if others and asked:
        terms = tuple(word.term for word in asked)
        itself = Alternative(terms, tuple(range(len(terms))), prefix=begun)
        yield Want((itself, *others), optional=all(word.stop for word in words(text)))
        return
    for word in found:
        if not word.stop or word.term in NAMES_IN_CAPITALS:
            itself = Alternative((word.term,), prefix=begun if word is found[-1] else "")
            yield Want((itself,), optional=word.stop)
