"""Which parts of a text are what was searched for. Pure; the edge decides how a mark looks."""

from collections.abc import Iterator
from functools import lru_cache

from app.core.text import fold
from app.search.analysis import Word, parts_of, words
from app.search.plan import Alternative, Plan, plan
from app.search.query import SearchQuery


def highlight(text: str, asked: SearchQuery | Plan) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it was searched for; put together they are `text`.

    With the plan of a search, also what its words were taken for is marked.
    """
    marked = _marked(text, asked if isinstance(asked, Plan) else _planned(asked))
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in marked:
        if start > done:
            pieces.append((text[done:start], False))
        if end > done:
            if start < done:  # both in one mark
                start, end = done - len(pieces.pop()[0]), end
            pieces.append((text[start:end], True))
            done = end
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces


def _marked(text: str, asked: Plan) -> list[tuple[int, int]]:
    alternatives = _wanted(asked)
    if not alternatives:
        return []
    # As a tag, so that a skill called “it” is found whether or not this text is one.
    found = list(words(text, tags=True))
    spans = {span for wanted in alternatives for span in _spans(text, found, wanted)}
    return sorted(spans)


@lru_cache(maxsize=64)
def _planned(query: SearchQuery) -> Plan:
    return plan(query)


@lru_cache(maxsize=64)
def _wanted(asked: Plan) -> tuple[Alternative, ...]:
    return tuple(
        alternative
        for want in asked.wants
        if not want.excluded and not want.optional
        for alternative in want.alternatives
    )


def _spans(text: str, found: list[Word], wanted: Alternative) -> Iterator[tuple[int, int]]:
    if not wanted.phrase:
        for word in found:
            if _is_wanted(text[word.start : word.end], word, wanted):
                yield word.start, word.end
        return
    at = {word.position: word for word in found}
    for first in found:
        run = [at.get(first.position + offset) for offset in wanted.offsets]
        there = [word.term if word else None for word in run]
        if there == list(wanted.terms) and (last := run[-1]) is not None:
            yield first.start, last.end


def _is_wanted(written: str, word: Word, wanted: Alternative) -> bool:
    if word.term in wanted.terms or any(part in wanted.terms for part in parts_of(written)):
        return True
    return bool(wanted.prefix) and _folded(written).startswith(wanted.prefix)


@lru_cache(maxsize=50_000)
def _folded(written: str) -> str:
    return fold(written)
