"""What the catalogue teaches: one skill said in three ways lies together, two skills apart."""

import numpy as np
import pytest

from app.matching import rules
from app.matching.lessons import KEPT, Lessons, learn
from app.matching.rules import BY_MEANING, Fit, Scale, Side

SKILLS, WIDTH = 200, 120


@pytest.fixture(scope="module")
def ways() -> list[np.ndarray]:
    """Names, needs and offers: the matter in common, a manner for each, and noise."""
    chance = np.random.default_rng(7)
    matter = chance.standard_normal((SKILLS, WIDTH))
    manners = 3 * chance.standard_normal((3, 1, WIDTH))
    noise = 0.8 * chance.standard_normal((3, SKILLS, WIDTH))
    return [(matter + manners[at] + noise[at]).astype(np.float32) for at in range(3)]


@pytest.fixture(scope="module")
def lessons(ways: list[np.ndarray]) -> Lessons:
    return learn(*ways)


def test_a_need_of_a_skill_is_nearest_to_an_offer_of_it(
    lessons: Lessons, ways: list[np.ndarray]
) -> None:
    needs, offers = lessons.turned(ways[1], wish=True), lessons.turned(ways[2], wish=False)

    assert needs.shape == (SKILLS, KEPT)
    nearest = (needs @ offers.T).argmax(1)
    assert np.mean(nearest == np.arange(SKILLS)) > 0.95
    assert abs((needs @ offers.T).mean()) < 0.02  # and to most others not at all


def test_the_phrase_that_is_near_a_skill_counts_more_than_small_talk(
    lessons: Lessons, ways: list[np.ndarray]
) -> None:
    talk = np.random.default_rng(1).standard_normal((1, WIDTH)).astype(np.float32)
    rows = lessons.turned(np.vstack([ways[1][:1], talk, np.zeros_like(talk)]), wish=True)
    weights = lessons.weights(rows, wish=True)

    assert weights[0] > 3 * weights[1]
    assert weights[2] == 0
    assert weights.sum() == pytest.approx(1)


def test_what_says_nothing_is_near_nothing(lessons: Lessons) -> None:
    nothing = np.zeros((1, KEPT), np.float32)

    assert not lessons.senses(nothing, wish=True).any()
    assert not lessons.turned(np.zeros((1, WIDTH), np.float32), wish=True).any()


def test_what_is_kept_is_read_again_and_what_is_torn_is_not(lessons: Lessons) -> None:
    kept = lessons.arrays()

    again = Lessons.of(kept)
    assert again is not None
    assert np.array_equal(again.turn, lessons.turn)
    assert Lessons.of({name: kept[name] for name in ("names", "turn")}) is None
    assert Lessons.of(kept | {"wished": kept["wished"][:-1]}) is None


# --- what a fit is worth --------------------------------------------------------------------------

SCALE = Scale(open=0.2, least_way=0.14, least_both=0.19, least_one=0.27)


@pytest.mark.parametrize(
    ("gets", "gives", "mutual"),
    [
        (Fit(0.5), Fit(0.5), True),
        (Fit(0.9), Fit(0.0), False),
        (Fit(0.9), Fit(0.1), False),
        (Fit(0.15), Fit(0.16), False),
        (Fit(0.2, open=True), Fit(0.5), True),
        (Fit(0.5), Fit(0.2, open=True), True),
        (Fit(0.2, open=True), Fit(0.25), False),
        (Fit(0.2, open=True), Fit(0.2, open=True), False),
        (Fit(0.5), Fit(0.0, open=True), False),
    ],
)
def test_when_two_could_help_each_other(gets: Fit, gives: Fit, mutual: bool) -> None:
    assert rules.is_mutual(gets, gives, SCALE) is mutual
    assert rules.is_mutual(gives, gets, SCALE) is mutual


def test_two_open_sides_fit_not_at_all() -> None:
    nothing = np.zeros((1, KEPT), np.float32)
    open_side = Side((), nothing, nothing[0, :0], nothing[0], frozenset(), is_open=True)
    said = Side(("tea",), np.vstack([nothing, nothing]), nothing[0, :1], nothing[0], frozenset())

    assert rules.fit(open_side, open_side, BY_MEANING) == Fit(0.0, open=True)
    assert rules.fit(open_side, said, BY_MEANING) == Fit(BY_MEANING.open, "", "tea", open=True)
    assert rules.fit(said, open_side, BY_MEANING).score == BY_MEANING.open
