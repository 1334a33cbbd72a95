"""A small classifier of texts: naive Bayes over hashed words, pairs of words and letters. Pure.

It learns from decisions, which are kept as numbers of features and never as text, and it says how
much a text is like what was decided to be spam. That orders a queue; it decides nothing.
"""

import itertools
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.spam.plain_words import Plain, make_plain
from app.spam.wordings import wordings

SIZE = 1 << 15  # numbers of features; two that share one are weighed as one
LEAST = 5  # decisions of each kind, below which nothing is said
_FAR = 12.0  # beyond it the logistic function says 0 or 1 anyway
_WORD = re.compile(r"[^\W\d_]+|\d+|[£$€%!]")

Features = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt: the weight of each feature in favour of spam."""

    weights: NDArray[np.float16]


def features(text: str) -> Features:
    """The numbers of what stands in `text`, each once, in order. Figures count by their length."""
    return features_of(make_plain(text, wordings().targets))


def features_of(plain: Plain) -> Features:
    """The same of a text that was made plain already."""
    words = [_shape(word) for word in _WORD.findall(plain.text)]
    pairs = (f"{one} {two}" for one, two in itertools.pairwise(words))
    letters = (f"<{word}>"[at : at + 4] for word in words for at in range(max(1, len(word) - 1)))
    named = (*words, *pairs, *(f"~{four}" for four in letters))
    numbers = {zlib.crc32(name.encode()) % SIZE for name in named}
    return np.array(sorted(numbers), dtype=np.uint16)


def train(spam: Iterable[Features], honest: Iterable[Features]) -> Model | None:
    """Learn from what was decided; None while there is too little of either."""
    bad, good = list(spam), list(honest)
    if min(len(bad), len(good)) < LEAST:
        return None
    fewest = min(len(bad), len(good))  # weighed alike, or each unknown word would tell
    rates = [_seen(of) * (fewest / len(of)) + 0.5 for of in (bad, good)]
    weights = np.log(rates[0]) - np.log(rates[1])
    return Model(weights.astype(np.float16))


def score(model: Model, of: Features) -> float:
    """How much it is like spam, 0 to 1. Divided by the root of its length: long is not surer."""
    if not len(of):
        return 0.5
    total = float(model.weights[of].astype(np.float64).sum())
    return _logistic(total / np.sqrt(len(of)))


def _seen(of: list[Features]) -> NDArray[np.float64]:
    joined = np.concatenate(of).astype(np.int64)
    return np.bincount(joined, minlength=SIZE).astype(np.float64)


def _shape(word: str) -> str:
    return f"#{len(word)}" if word.isdigit() else word[:30]


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -_FAR, _FAR))))
