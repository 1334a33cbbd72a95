"""Texts that are the same or nearly so, known again without keeping them: min-wise hashing.

Pure. Of a text’s pairs of words only the smallest hashes are kept, 48 of them; the share that two
texts have in common estimates how alike they are (Broder 1997). Bands of three find, by equality,
whichever known text may be alike, so that nothing has to be compared with everything.
"""

import hashlib
import itertools
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.core.text import fold

ROWS, BANDS = 3, 16
HASHES = ROWS * BANDS
ALIKE = 0.5  # from this share of pairs on, two texts are nearly the same
LEAST_WORDS = 6  # fewer words are said by everybody
_WORD = re.compile(r"\w+")
_PRIME = (1 << 31) - 1
_random = np.random.default_rng(20261122)  # always the same: sketches are compared across restarts
_A = _random.integers(1, _PRIME, HASHES, dtype=np.uint64)
_B = _random.integers(0, _PRIME, HASHES, dtype=np.uint64)

Sketch = NDArray[np.uint32]


def sketch(text: str) -> Sketch | None:
    """48 numbers that stand for `text`, None for one too short to tell. Figures do not count."""
    words = [re.sub(r"\d+", "0", word) for word in _WORD.findall(fold(text))]
    if len(words) < LEAST_WORDS:
        return None
    pairs = {_hash(f"{one} {two}") for one, two in itertools.pairwise(words)}
    hashes = np.fromiter(pairs, dtype=np.uint64)
    mixed = (hashes[:, None] * _A[None, :] + _B[None, :]) % _PRIME
    smallest: Sketch = mixed.min(axis=0).astype(np.uint32)
    return smallest


def bands(of: Sketch) -> list[int]:
    """16 numbers; texts that are alike most likely share one of them. Each fits 63 bits."""
    return [
        int.from_bytes(hashlib.blake2b(bytes([n]) + part.tobytes(), digest_size=8).digest(), "big")
        >> 1
        for n, part in enumerate(of.reshape(BANDS, ROWS))
    ]


def likeness(one: Sketch, other: Sketch) -> float:
    """The estimated share of pairs of words that two texts have in common, 0 to 1."""
    return float(np.count_nonzero(one == other)) / HASHES


def packed(of: Sketch) -> bytes:
    """The sketch as it is kept: 192 bytes."""
    return of.tobytes()


def unpacked(kept: bytes) -> Sketch:
    """The sketch that was kept."""
    return np.frombuffer(kept, dtype=np.uint32)


@lru_cache(maxsize=8192)
def _hash(pair: str) -> int:
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=4).digest(), "big") >> 1
