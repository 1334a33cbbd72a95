"""A row as a line of JSON and back, the same bytes whichever database it was read from. Pure."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

Kind = Literal["int", "bool", "float", "time", "bytes", "text"]
Row = Sequence[Any]

_OUT: dict[Kind, Callable[[Any], Any]] = {
    "time": lambda moment: moment.isoformat(" ", "microseconds"),
    "bytes": lambda raw: b64encode(raw).decode(),
}
_IN: dict[Kind, Callable[[Any], Any]] = {
    "time": datetime.fromisoformat,
    "bytes": lambda text: b64decode(text, validate=True),
    "float": float,
}


def to_line(row: Row, kinds: Sequence[Kind]) -> bytes:
    """One line without its end; times are naive and in UTC, as the tables keep them."""
    values = list(row)
    for at, kind in enumerate(kinds):
        if kind in _OUT and values[at] is not None:
            values[at] = _OUT[kind](values[at])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def from_line(line: bytes, kinds: Sequence[Kind]) -> list[Any]:
    """The row of a line that `to_line` made; ValueError of any other."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(kinds):
        raise ValueError("not a row of this table")
    for at, kind in enumerate(kinds):
        if kind in _IN and values[at] is not None:
            values[at] = _IN[kind](values[at])
    return values


def unfit(value: Any, *, longest: int | None, widest: int) -> str:
    """Why PostgreSQL can’t keep a value that SQLite did, '' where it can.

    `longest`: characters the column takes, None for any number. `widest`: bytes of its whole
    numbers.
    """
    if isinstance(value, str):
        if "\0" in value:
            return "a NUL character"
        if longest is not None and len(value) > longest:
            return f"more than {longest} characters"
    if isinstance(value, int) and not -(1 << 8 * widest - 1) <= value < 1 << 8 * widest - 1:
        return "a number too large"
    return ""
