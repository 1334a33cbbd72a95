"""What is marked in a result, and that the text stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.service import highlight
from tests.search.documents import ask


def marked(text: str, q: str) -> list[str]:
    return [piece for piece, hit in highlight(text, ask(q)) if hit]


@pytest.mark.parametrize(
    ("q", "text", "expected"),
    [
        ("mentor ", "Mentors mentoring mentees", ["Mentors", "mentoring"]),
        ("gitar", "Gwersi gitâr", ["gitâr"]),
        ("c++", "C++, not C or C#", ["C++"]),
        ("node", "Node.js and nodes", ["Node.js", "nodes"]),
        ('"career change"', "Change a career? A career change!", ["career change"]),
        ("carpentry", "joinery or carpentry", ["joinery", "carpentry"]),
        ("kettle -lid", "a kettle without a lid", ["kettle"]),
        ("bookk", "bookkeeping and books", ["bookkeeping"]),
        ("the of", "the head of it", []),
        ("", "anything", []),
        ("<b>", "<b>bold</b>", ["b", "b"]),
    ],
)
def test_what_is_marked(q: str, text: str, expected: list[str]) -> None:
    assert marked(text, q) == expected


@given(st.text(max_size=60), st.text(max_size=30))
def test_the_text_stays_whole(text: str, q: str) -> None:
    pieces = highlight(text, ask(q))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
