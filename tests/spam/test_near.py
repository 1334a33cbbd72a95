"""Nearly the same is known again, and what only sounds alike is not."""

import itertools

from app.spam import near
from tests.spam.texts_of import texts

LETTER = (
    "Dear Box, I read your ad with pleasure. I sell wonderful handmade candles from my kitchen in "
    "Brecon and would like to talk with you about how we could work together this spring, perhaps "
    "over lunch. I have many ideas and much energy."
)


def alike(one: str, other: str) -> bool:
    """Whether they would be found and taken for the same."""
    first, second = near.sketch(one), near.sketch(other)
    assert first is not None
    assert second is not None
    found = set(near.bands(first)) & set(near.bands(second))
    return bool(found) and near.likeness(first, second) >= near.ALIKE


def test_a_text_with_a_few_words_changed_is_known_again() -> None:
    changed = (
        LETTER.replace("wonderful", "lovely")
        .replace("Brecon", "Builth")
        .replace("much", "a lot of")
    )

    assert alike(LETTER, changed)
    assert alike(LETTER, LETTER.upper().replace(".", "!!"))
    assert alike(LETTER, f"{LETTER} Number 4711.")


def test_figures_make_no_difference() -> None:
    assert alike(
        "Number 17 seeks a shopkeeper’s eye in town", "Number 4 seeks a shopkeeper’s eye in town"
    )


def test_no_two_honest_texts_are_taken_for_one() -> None:
    written = texts("honest_tuned") + texts("honest_kept")

    same = [pair for pair in itertools.combinations(written, 2) if alike(*pair)]

    assert same == []


def test_what_everybody_says_is_not_compared() -> None:
    assert near.sketch("Yes please, I would.") is None
