"""Ages, gender and rank change nothing: what is compared is the same, however they are said."""

import pytest

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
    [
        "five dinners from one chicken",
        "a 28 inch wheel",
        "C++ and 3D printing",
        "1960s furniture",
        "lead guitar",
        "lead flashing round a chimney",
        "I lead a choir",
        "how to lead walks",
        "leading a discussion",
        "lead solder and old pipes",
        "the songs of Lady Day",
        "a day out at Lady Chapel",
        "Our Lady of the Taper",
        "I miss the sea",
        "MS Office",
        "principal component analysis",
        "associate with other makers",
        "an established garden",
        "seasoned oak",
        "veteran cars",
        "chief concern",
        "twelve head of cattle",
        "film director",
        "retired greyhounds",
        "young trees",
        "nan bread",
        "male voice choir",
        "guy ropes",
        "executive function",
    ],
)
def test_what_only_looks_like_an_age_a_rank_or_a_gender_stays(text: str) -> None:
    assert stripped(text) == text


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Lead developer", "developer"),
        ("lead front-end developer", "front-end developer"),
        ("Leading software engineer", "software engineer"),
        ("a lady with a dog", "a person with a dog"),
        ("Lady seeks gardener", "person seeks gardener"),
        ("Miss Jones teaches", "Jones teaches"),
        ("Dr Jones explains", "Jones explains"),
        ("Principal consultant in drains", "consultant in drains"),
        ("Associate architect", "architect"),
        ("an established baker", "baker"),
        ("seasoned carpenter", "carpenter"),
        ("veteran engineer", "engineer"),
        ("Chief financial officer, now baking", "now baking"),
        ("Head of marketing", "marketing"),
        ("retired teacher", "teacher"),
        ("a young baker", "a baker"),
        ("my nan bakes", "my grandparent bakes"),
        ("a guy who bakes", "a person who bakes"),
    ],
)
def test_where_it_is_one_it_goes(said: str, left: str) -> None:
    assert stripped(said).removeprefix("an ") == left
