"""Words that are somebody's own: nearly the same words from many addresses would be held."""

import random

_NOUNS = (
    *("harbour", "loom", "orchard", "ledger", "kettle", "saddle", "trellis", "lantern", "anvil"),
    *("chapel", "barrow", "pasture", "sluice", "rafter", "bobbin", "chisel", "compass", "thimble"),
    *("ferry", "quarry", "hedgerow", "skein", "griddle", "bellows", "spindle", "gable", "furrow"),
    *("tiller", "cauldron", "plough", "shutter", "mallet", "almanac", "scythe", "pantry", "weir"),
)
_FAR = 100_000


def own_words(number: int) -> str:
    """A dozen words, others for each number."""
    return " ".join(random.Random(number).sample(_NOUNS, 12))


def own_sides(number: int) -> dict[str, str]:
    """Both sides of an ad, others for each number."""
    return {
        "seeks": f"Somebody to talk with about {own_words(number)}.",
        "offers": f"What I know of {own_words(_FAR + number)}.",
    }
