"""What an index is asked for, and what must be known of the ads to say it well. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol


class Near(NamedTuple):
    """A word spelt nearly like another: its term, how many slips away, how many ads have it.

    `written` is how the catalogue writes it, '' when only ads have it.
    """

    term: str
    slips: int
    ads: int
    written: str = ""


class Vocabulary(Protocol):
    """The words of the live ads."""

    def having(self, term: str) -> int:
        """How many ads have `term`."""
        ...

    def begun(self, prefix: str) -> bool:
        """Whether any ad has a word that begins so."""
        ...

    def known(self, terms: Sequence[str]) -> list[int]:
        """Roughly how many ads have each of these plain terms; cheap."""
        ...

    def near(self, word: str) -> tuple[Near, ...]:
        """The words nearest in spelling to `word` (as typed, folded), likeliest first."""
        ...


class _NoAds:
    def having(self, term: str) -> int:
        return 1_000_000

    def begun(self, prefix: str) -> bool:
        return True

    def known(self, terms: Sequence[str]) -> list[int]:
        return [0] * len(terms)

    def near(self, word: str) -> tuple[Near, ...]:
        return ()


UNKNOWN: Vocabulary = _NoAds()  # to read a query without forgiving anything


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
    """One thing to be found: any of its alternatives will do. `optional` only lifts the rank.

    `weak`: a word of asking rather than of what is asked for, the first that may be missing.
    """

    alternatives: tuple[Alternative, ...]
    excluded: bool = False
    optional: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Respelt:
    """A word as it was typed, and one that is spelt nearly so.

    `taken`: no ad has what was typed, so ads with the other were looked for; else a few have it
    and many more have the other. `written` is '' when only the ads tell how to write `term`.
    """

    typed: str
    term: str
    written: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All required wants must be met, with `any_will_do` one of them; what is excluded never.

    `relaxed`: it asks for less than was typed.
    """

    wants: tuple[Want, ...]
    any_will_do: bool = False
    respelt: tuple[Respelt, ...] = ()
    relaxed: bool = False

    @property
    def required(self) -> tuple[Want, ...]:
        return tuple(want for want in self.wants if not want.excluded and not want.optional)

    @property
    def excluded(self) -> tuple[Want, ...]:
        return tuple(want for want in self.wants if want.excluded)

    def looser(self) -> "Iterator[Plan]":
        """What to ask for where no ad has it all, most first."""
        strong = [want for want in self.required if not want.weak]
        if strong and len(strong) < len(self.required):
            wants = tuple(replace(want, optional=want.optional or want.weak) for want in self.wants)
            yield replace(self, wants=wants, relaxed=True)
            yield from Plan((*strong, *self.excluded), respelt=self.respelt)._any()
        yield from self._any()

    def _any(self) -> "Iterator[Plan]":
        if loosened := self.loosened():
            yield loosened

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
        return Plan((*single, *self.excluded), any_will_do=True, respelt=self.respelt, relaxed=True)
