"""An address as a QR code, for paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class Code:
    """A square of `size` modules a side, white border included; `path` paints the black ones."""

    size: int
    path: str  # as the `d` of an SVG path, one unit a module


def of_address(address: str) -> Code:
    """The code of an address: level Q, so that a quarter of it may be torn, stained or wet."""
    code = segno.make_qr(address, error="q")
    size, _ = code.symbol_size(border=QUIET)
    rows = enumerate(code.matrix_iter(border=QUIET))
    return Code(int(size), "".join(_row(number, row) for number, row in rows))


def _row(y: int, modules: Iterable[int]) -> str:
    """One row as bars, neighbours joined, so that no hairline shows between them in print."""
    bars, x = [], 0
    for black, run in groupby(modules):
        width = len(list(run))
        if black:
            bars.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(bars)
