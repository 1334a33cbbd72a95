"""Rows as lines and back, whatever people may have written, and what PostgreSQL can’t keep."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backup.values import Kind, from_line, to_line, unfit

VALUES: dict[Kind, st.SearchStrategy[object]] = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "float": st.floats(allow_nan=False),
    "time": st.datetimes(),
    "bytes": st.binary(),
    "text": st.text(st.characters(exclude_categories=["Cs"])),
}
ROWS = st.lists(st.sampled_from(list(VALUES))).flatmap(
    lambda kinds: st.tuples(
        st.just(kinds), st.tuples(*(st.none() | VALUES[kind] for kind in kinds))
    )
)


@given(ROWS)
def test_every_value_comes_back_as_it_was(row: tuple[list[Kind], tuple[object, ...]]) -> None:
    kinds, values = row

    line = to_line(values, kinds)

    assert b"\n" not in line
    back = from_line(line, kinds)
    assert [(type(value), value) for value in back] == [(type(v), v) for v in values]
    assert to_line(back, kinds) == line


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        (b"", ["int"]),
        (b"{}", ["int"]),
        (b"[1,2]", ["int"]),
        (b'["now"]', ["time"]),
        (b'["?"]', ["bytes"]),
        (b'["\xff"]', ["text"]),
    ],
)
def test_what_is_no_row_is_refused(line: bytes, kinds: list[Kind]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 – json says it in its own words
        from_line(line, kinds)


@pytest.mark.parametrize(
    ("value", "longest", "widest", "why"),
    [
        ("a\0b", None, 4, "a NUL character"),
        ("four", 3, 4, "more than 3 characters"),
        ("🪔🪔🪔", 3, 4, ""),
        (2**31, None, 4, "a number too large"),
        (-(2**31), None, 4, ""),
        (2**31, None, 8, ""),
        (2**63, None, 8, "a number too large"),
        (None, 3, 4, ""),
        (datetime(2026, 3, 1), None, 4, ""),  # noqa: DTZ001 – as tables keep them
    ],
)
def test_what_postgresql_cannot_keep_is_said(
    value: object, longest: int | None, widest: int, why: str
) -> None:
    assert unfit(value, longest=longest, widest=widest) == why
