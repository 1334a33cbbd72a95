"""What counts as a word, and which words are the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.analysis import parts_of, term_of, words


def terms(text: str, *, tags: bool = False) -> list[str]:
    return [word.term for word in words(text, tags=tags) if not word.stop]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++, C# and .NET.", ["c++", "c#", ".net"]),
        ("Node.js/Vue.js...", ["node.js", "vue.js"]),
        ("R&D or Q&A", ["r&d", "q&a"]),
        ("wait...and see", ["wait...and", "see"]),
        ("Gwersi gitâr", ["gwersi", "gitar"]),
        ("it’s the farmer’s, don’t", ["farmer", "don"]),
        ("I.T. and U.X.", ["it", "ux"]),
        ("dry-stone", ["dri", "stone"]),
        ("Ελληνικά 日本", ["ελληνικα", "日本"]),
        ("", []),
        ("... --- !!!", []),
    ],
)
def test_words_of_a_text(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_it_is_a_field_of_work_in_capitals_or_as_a_skill() -> None:
    assert terms("Can you do IT?") == ["do", "it"]
    assert terms("can you do it?") == ["do"]
    assert terms("it", tags=True) == ["it"]
    assert terms("I CAN DO IT ALL DAY") == ["do", "all", "day"]


def test_stop_words_keep_their_place() -> None:
    placed = [(word.term, word.position) for word in words("head of the office") if not word.stop]
    assert placed == [("head", 0), ("offic", 3)]


def test_forms_of_a_word_are_one() -> None:
    assert term_of("Bookkeepers") == term_of("bookkeeper")
    assert term_of("mentoring") == term_of("Mentor") == term_of("mentors")


def test_what_a_sign_joins_is_found_by_its_parts_too() -> None:
    assert set(parts_of("ASP.NET")) == {"asp", "net", ".net"}
    assert set(parts_of(".NET")) == {"net"}
    assert parts_of("C++") == parts_of("R&D") == parts_of("plain") == ()


@given(st.text())
def test_words_stand_where_they_say(text: str) -> None:
    found = list(words(text))
    assert [word.position for word in found] == list(range(len(found)))
    assert all(text[word.start : word.end].strip() and word.term for word in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
