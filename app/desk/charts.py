"""Charts as places and sizes for SVG. Pure: numbers in, numbers out.

Across they are in per cent, so that a chart is as wide as there is room; down in em, so that it
grows with its letters, and whoever needs them large can read it. Bars stand inside one another: the
first layer is the whole, the last a part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, TOP, FOOT = 14.5, 1.6, 1.8  # of columns: in all, above the highest, below the ground line
ROW, ROW_TOP, BAR = 3.2, 1.6, 1.1  # of a row: in all, its words, its bar
_WIDEST, _NARROWEST = 0.84, 0.3  # of the room a column has, for its first and its last layer
_INSET = 0.2  # em that an inner bar of a row is slimmer, above and below
_BELOW = 0.55  # em from letters down to the bar, or to the lower edge
_NAMED = 3  # every third column has its name below; on a phone there is room for no more
_LAST = 3  # the layer that is filled


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `layer` 0 is an outline, 3 is filled."""

    x: str
    y: float
    width: str
    height: float
    layer: int


@dataclass(frozen=True, slots=True)
class Words:
    """Letters in a chart: where they stand, what they say; `value` at the other end of a row."""

    x: str
    y: float
    text: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole chart. `lines` lie across at these heights; `most` is the number at the first."""

    height: float
    bars: list[Bar]
    words: list[Words]
    lines: list[float]
    most: str = ""
    promised: float | None = None  # a dashed line


def columns(
    layers: Sequence[Sequence[float]],
    labels: Sequence[str],
    *,
    most: str,
    promised: float | None = None,
) -> Chart | None:
    """A column for each label, of nested layers; None where all is nothing.

    `most` is the highest value in words; `promised` a value to be kept below.
    """
    highest = max(map(max, layers))
    if highest <= 0:
        return None
    room, ground = 100 / len(labels), HEIGHT - FOOT
    scale = (ground - TOP) / highest
    bars = []
    for number, values in enumerate(layers):
        share = _share(number, len(layers))
        for at, value in enumerate(values):
            if value > 0:
                x, tall = (at + (1 - share) / 2) * room, round(value * scale, 2)
                layer = _layer(number, len(layers))
                bars.append(
                    Bar(_per_cent(x), round(ground - tall, 2), _per_cent(share * room), tall, layer)
                )
    words = [
        Words(_per_cent((at + 0.5) * room), HEIGHT - _BELOW, label)
        for at, label in enumerate(labels)
        if (len(labels) - 1 - at) % _NAMED == 0
    ]
    kept = promised is not None and promised < highest
    line = round(ground - (promised or 0) * scale, 2) if kept else None
    return Chart(HEIGHT, bars, words, [TOP, ground], most, line)


def rows(lines: Sequence[tuple[str, str, Sequence[float]]]) -> Chart | None:
    """A row for each (words, value in words, nested layers); None where all is nothing."""
    highest = max((value for _, _, values in lines for value in values), default=0)
    if highest <= 0:
        return None
    bars, words = [], []
    for at, (text, said, values) in enumerate(lines):
        words.append(Words("0%", round(at * ROW + ROW_TOP - _BELOW, 2), text, said))
        for number, value in enumerate(values):
            if value > 0:
                inset = _INSET * number
                bars.append(
                    Bar(
                        "0%",
                        round(at * ROW + ROW_TOP + inset, 2),
                        _per_cent(value / highest * 100),
                        round(BAR - 2 * inset, 2),
                        _layer(number, len(values)),
                    )
                )
    return Chart(round(ROW * len(lines), 2), bars, words, [])


def _share(number: int, of: int) -> float:
    return _WIDEST - (_WIDEST - _NARROWEST) * number / max(1, of - 1)


def _layer(number: int, of: int) -> int:
    """Of fewer layers than four, the first and the last."""
    return number if of > 2 else number * _LAST


def _per_cent(value: float) -> str:
    return f"{value:.2f}%"
