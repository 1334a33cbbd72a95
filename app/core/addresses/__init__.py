"""Finding email addresses, telephone numbers and links that somebody typed, disguised or not.

The public door is Found, find_addresses and scrub. The modules beside it each know one thing:
reading (what eyes see), domains, emails, links, phones. All pure, all in linear time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.core.addresses.emails import Span, email_spans, literal_spans
from app.core.addresses.links import link_spans
from app.core.addresses.phones import phone_spans
from app.core.addresses.reading import read

AddressKind = Literal["email", "phone", "link"]

__all__ = ["AddressKind", "Found", "find_addresses", "scrub"]


@dataclass(frozen=True, slots=True)
class Found:
    """One address: `text` is what stands at [start, end) of the text searched, kept out of repr."""

    kind: AddressKind
    start: int
    end: int
    text: str = field(repr=False)


def find_addresses(text: str) -> list[Found]:
    """Return what would let a reader reach somebody past the board, in order, without overlaps.

    An email address wins over a link, a link over a telephone number.
    """
    reading = read(text)
    taken: list[tuple[int, int, AddressKind]] = []
    taken = _with_free(taken, _merged(email_spans(reading)), "email")
    taken = _with_free(taken, _merged(link_spans(reading)), "link")
    taken = _with_free(taken, _merged(phone_spans(reading)), "phone")
    places = ((kind, *reading.original(start, end)) for start, end, kind in taken)
    return [Found(kind, start, end, text[start:end]) for kind, start, end in places]


def scrub(text: str, replacement: str, extra: Iterable[str] = ()) -> tuple[str, int]:
    """Return `text` with every email address replaced, and how many there were.

    `extra` are addresses to remove in any case, also spaced out, spelled out or encoded. Links and
    telephone numbers stay: in a message they are the writer's own choice.
    """
    reading = read(text)
    spans = [*email_spans(reading)]
    for address in extra:
        spans.extend(literal_spans(reading, address))
    places = [*_merged(reading.original(*span) for span in spans)]
    pieces, at = [], 0
    for start, end in places:
        pieces += [text[at:start], replacement]
        at = end
    return "".join([*pieces, text[at:]]), len(places)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, those that overlap as one."""
    current: Span | None = None
    for start, end in sorted(spans):
        if current and start < current[1]:
            current = current[0], max(end, current[1])
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current


def _with_free(
    taken: list[tuple[int, int, AddressKind]], spans: Iterable[Span], kind: AddressKind
) -> list[tuple[int, int, AddressKind]]:
    """Return `taken` and those of `spans` that touch none of it, in order. Both are in order."""
    result, rest = [], iter(taken)
    ahead = next(rest, None)
    for start, end in spans:
        while ahead and ahead[1] <= start:
            result.append(ahead)
            ahead = next(rest, None)
        if not (ahead and ahead[0] < end):
            result.append((start, end, kind))
    return [*result, *([ahead] if ahead else []), *rest]
