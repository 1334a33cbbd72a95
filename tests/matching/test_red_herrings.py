"""Ages, gender and rank change nothing: what is compared is the same, however they are said."""

import itertools

import pytest

from app.matching.phrases import phrases
from app.matching.red_herrings import stripped

SAME = [
    "{} designer into mountain biking",
    *(f"{age} designer into mountain biking" for age in ("28 year old", "61-year-old", "28yr old")),
    *(f"{rank} designer into mountain biking" for rank in ("Senior", "junior", "experienced")),
    *(f"{who} designer into mountain biking" for who in ("Retired", "young", "middle-aged")),
    "fifty-something designer into mountain biking",
    "Lead designer into mountain biking",
]


@pytest.mark.parametrize("text", SAME[1:])
def test_what_is_compared_has_no_age_and_no_rank(text: str) -> None:
    assert stripped(text) == "designer into mountain biking"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A woman who runs a farm", "A man who runs a farm"),
        ("mum of two, good with figures", "Dad of two, good with figures"),
        ("I kept a shop for nineteen years", "I kept a shop for 3 years"),
        ("I’m 28, and I bake", "I’m 61, and I bake"),
        ("Baker, in my late sixties, still climbing", "Baker, in my twenties, still climbing"),
        ("Born in 1958, I keep bees", "Born in 1999, I keep bees"),
        ("Chairman of a small club", "Chairwoman of a small club"),
        ("Head of marketing at a bank", "Junior marketing at a bank"),
        ("Ask her about bread", "Ask his about bread"),
    ],
)
def test_two_who_differ_in_nothing_else_are_the_same(one: str, other: str) -> None:
    if "Ask" in one:
        assert {stripped(one), stripped(other)} == {"Ask their about bread"}
    else:
        assert stripped(one).lower() == stripped(other).lower()


@pytest.mark.parametrize(
    "text",
    ["five dinners from one chicken", "a 28 inch wheel", "C++ and 3D printing", "1960s furniture"],
)
def test_other_numbers_stay(text: str) -> None:
    assert stripped(text) == text


def test_what_is_shown_keeps_the_writers_own_words() -> None:
    found = phrases("28 year old baker. I can teach you sourdough, and patience.", ("baking",))

    assert found[0].shown == "28 year old baker"
    assert found[0].plain == "baker"


def test_a_side_never_has_more_phrases_than_there_is_room_for() -> None:
    text = " ".join(f"Thing number {word} here." for word in itertools.repeat("x", 30))
    skills = tuple(f"skill {n}" for n in range(8))

    assert len(phrases(text, skills)) == 6
    assert len(phrases("", skills)) == 6
    assert phrases("…", ()) == ()
