"""What can be quoted of an ad: its writer’s own words, without how they begin."""

import itertools

import pytest

from app.matching.openings import is_audience
from app.matching.phrases import MOST, phrases, said


def shown(text: str, *skills: str) -> list[str]:
    return [phrase.shown for phrase in phrases(text, skills)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Hi! I can mend clocks.", ["I can mend clocks"]),
        ("Hello, I’m a baker in Leeds.", ["a baker in Leeds"]),
        ("Hello, I’m Gwen. I mend clocks.", ["I mend clocks"]),
        ("Hi, I’m Gwen and I mend clocks", ["I mend clocks"]),
        ("Good morning everyone, old radios needed", ["old radios needed"]),
        ("Baking bread, and mending clocks", ["Baking bread", "mending clocks"]),
        ("Old radios. Or rather new ones", ["Old radios", "rather new ones"]),
        ("Orchards and plums. Andante playing", ["Orchards and plums", "Andante playing"]),
        ("High hedges. Helloes to nobody", ["High hedges", "Helloes to nobody"]),
        (".NET, C# and more", [".NET, C# and more"]),
        ("When to fix vs. when to leave", ["When to fix vs. when to leave"]),
        ("Some 1,000 stamps to sort", ["Some 1,000 stamps to sort"]),
        ("Sites (PHP, React) built here", ["Sites (PHP, React) built here"]),
        ("1. Old clocks\n2. New bread", ["Old clocks", "New bread"]),
        ("• Old clocks\n• New bread", ["Old clocks", "New bread"]),
        ("Hi there!", []),
        ("…", []),
    ],
)
def test_a_quotation_begins_with_what_is_said(text: str, quoted: list[str]) -> None:
    assert shown(text) == quoted


def test_a_phrase_stands_where_it_says_it_does() -> None:
    text, skills = "28 year old baker. And I can teach you sourdough, and patience.", ("baking",)

    found = phrases(text, skills)

    whole = said(text, skills)
    assert [whole[phrase.start : phrase.end] for phrase in found] == [p.shown for p in found]
    assert [phrase.shown for phrase in found][-1] == "baking"
    assert found[0].shown == "28 year old baker"
    assert found[0].plain == "baker"


def test_a_side_never_has_more_phrases_than_there_is_room_for() -> None:
    text = " ".join(f"Thing number {word} here." for word in itertools.repeat("x", 30))
    skills = tuple(f"skill {n}" for n in range(8))

    assert len(phrases(text, skills)) == MOST
    assert len(phrases("", skills)) == len(skills)
    joined = phrases(text, skills)[0].shown
    assert joined.startswith("Thing number x here. Thing")  # as it was written, in one piece


@pytest.mark.parametrize(
    "text",
    [
        "Someone who’s just starting on their career journey",
        "anyone eager to learn",
        "Passionate, keen to grow",
        "a mentee with an open mind",
        "people switching to another trade",
        "who are preparing for interviews",
    ],
)
def test_for_whom_it_is_is_no_wish(text: str) -> None:
    assert is_audience(text)
    assert phrases(text, (), wish=True) == ()
    assert phrases(text, ()) != ()


@pytest.mark.parametrize(
    "text",
    [
        "Someone who knows old mechanisms",
        "Somebody patient to teach a beginner the guitar",
        "Somebody to show me clock repair",
        "anyone who can explain pensions to beginners",
        "I’m keen to learn to swim",
        "new to the village and want to grow vegetables",
        "I want to get better at drawing",
        "Someone to practise interviews with",
        "a beginners’ guide to sourdough",
    ],
)
def test_what_somebody_wants_to_learn_is_one(text: str) -> None:
    assert not is_audience(text)
    assert shown(text) == [text]
