"""The value of a results URL: what it takes, what it drops, and the URL it gives back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.search.query import LONGEST, SearchQuery, parse
from tests.search.documents import ask

ARGS = [
    ("q", "mend a kettle"),
    ("kind", "seeks"),
    ("side", "offers"),
    ("sector", "law"),
    ("sector", "arts"),
    ("skill", "harp"),
    ("mode", "phone"),
    ("rhythm", "weekly"),
    ("place", "Cardiff"),
    ("within", "40"),
    ("sort", "nearest"),
    ("page", "3"),
]


def test_every_field_is_read() -> None:
    query = SearchQuery.from_args(MultiDict(ARGS))
    assert (query.q, query.kind, query.side) == ("mend a kettle", "seeks", "offers")
    assert (query.sectors, query.skills) == (("law", "arts"), ("harp",))
    assert (query.modes, query.rhythms) == (("phone",), ("weekly",))
    assert query.place is not None
    assert (query.place.name, query.within, query.sort, query.page) == ("Cardiff", 40, "nearest", 3)


def test_what_was_read_can_be_shared() -> None:
    assert [pair for pair in SearchQuery.from_args(MultiDict(ARGS)).to_args() if pair[0] != "side"]
    query = SearchQuery.from_args(MultiDict(ARGS))
    assert SearchQuery.from_args(MultiDict(query.to_args())) == query


def test_what_is_as_usual_is_left_out_of_the_url() -> None:
    assert ask().to_args() == []
    assert ask("kettle", sort="best", page="1").to_args() == [("q", "kettle")]
    assert ask(place="Cardiff", within="20", sort="newest").to_args() == [("place", "Cardiff")]
    assert ask(place="Cardiff", within="any").to_args() == [("place", "Cardiff"), ("within", "any")]


@pytest.mark.parametrize(
    "args",
    [
        {"kind": "buys"},
        {"side": "middle"},
        {"sector": ["sorcery", ""]},
        {"skill": ["", "!!"]},
        {"mode": "pigeon"},
        {"rhythm": "yearly"},
        {"sort": "worst"},
        {"sort": "nearest"},
        {"sort": "best"},
        {"within": "40"},
        {"page": "-4"},
        {"page": "٣"},
        {"page": "1e9"},
    ],
)
def test_what_makes_no_sense_counts_as_not_said(args: dict[str, str | list[str]]) -> None:
    assert ask(**args) == SearchQuery()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "miles"), [("", 20), ("7", 7), ("500", 500), ("501", 20), ("0", 20), ("any", None)]
)
def test_distances(text: str, miles: int | None) -> None:
    assert ask(place="Cardiff", within=text).within == miles


def test_a_name_of_several_towns_offers_the_others() -> None:
    query = ask(place="newport")
    assert query.place is not None
    assert query.place.name == "Newport"
    assert len(query.place_choices) > 1
    other = query.place_choices[0]
    again = ask(place=other.label)
    assert (again.place, again.place_choices) == (other, ())


def test_an_unknown_town_is_kept_as_typed() -> None:
    query = ask(place="Nowhere-on-Sea", within="10", sort="nearest")
    assert (query.place, query.place_text, query.within) == (None, "Nowhere-on-Sea", None)
    assert (query.sort, query.is_empty) == ("newest", False)
    assert query.to_args() == [("place", "Nowhere-on-Sea")]


def test_changes_go_back_to_the_first_page() -> None:
    query = ask("kettle", sector=["law", "arts"], page="4")
    assert dict(query.to_args(page=5))["page"] == "5"
    assert "page" not in dict(query.to_args(kind="seeks"))
    assert query.without("sectors", "law").to_args() == [("q", "kettle"), ("sector", "arts")]
    assert query.without("sectors").sectors == ()


def test_without_place_or_words_the_order_that_needed_them_goes() -> None:
    query = ask("kettle", place="Cardiff", sort="nearest")
    assert query.without("place").to_args() == [("q", "kettle")]
    assert ask("kettle", place="Cardiff").without("q").sort == "newest"
    assert query.without("q").without("place").is_empty


def test_words_phrases_and_exclusions_are_told_apart() -> None:
    told = [(c.text, c.phrase, c.excluded, c.prefix) for c in parse('one "two three" -four fiv')]
    assert told == [
        ("one", False, False, False),
        ("two three", True, False, False),
        ("four", False, True, False),
        ("fiv", False, False, True),
    ]


@pytest.mark.parametrize("text", ["fiv ", "-fiv", '"fiv"', "C++", "x"])
def test_a_last_word_that_is_complete(text: str) -> None:
    assert not parse(text)[-1].prefix


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("well-known", ["well-known"]),
        ("“curly quotes”", ["curly quotes"]),
        ('an "odd quote', ["an", "odd", "quote"]),
        ('"a" b "c', ["a", "b", "c"]),
        ("- -- * ( )", []),
    ],
)
def test_marks_in_odd_places(text: str, words: list[str]) -> None:
    assert [clause.text for clause in parse(text)] == words


@given(st.text())
def test_any_text_gives_a_url_that_gives_the_same_query(text: str) -> None:
    query = ask(text, place=text, skill=text)
    assert len(query.q) <= LONGEST + 1
    assert SearchQuery.from_args(MultiDict(query.to_args())) == query
    assert all(clause.text for clause in query.clauses)
