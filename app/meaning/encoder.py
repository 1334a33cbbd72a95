"""A small sentence encoder in plain numpy: texts that mean alike get vectors that point alike.

all-MiniLM-L6-v2: a BERT of six layers (Devlin et al., 2018), averaged over its tokens. A text is
given as its phrases, and one pass gives the vector of the whole and of each phrase in its context.
"""

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.meaning import weights
from app.meaning.pieces import Pieces

WIDTH = 384  # numbers a text
LONGEST = 126  # tokens of a text that are read
_LAYERS, _HEADS, _EACH = 6, 12, 32
_TOGETHER = 600  # tokens that go through together: more are no quicker, and take more memory
_BLOCK = 256  # tokens whose hidden middle still lies near the core
_AT_ONCE = min(2, os.cpu_count() or 1)  # batches, each on a core of its own
_TINY = 1e-12

Array = NDArray[np.float32]
Phrases = Sequence[str]
Read = tuple[list[int], list[tuple[int, int]]]  # tokens, and where each phrase begins and ends


class Encoder(Protocol):
    """Turns texts into vectors of unit length; equal texts give equal vectors."""

    name: str

    def encode(self, texts: Sequence[Phrases]) -> list[Array]:
        """For each text, given as its phrases: a row for the whole, then a row for each phrase.

        What has no word in it gives zeroes.
        """
        ...


class MeaningEncoder:
    """The encoder with its weights."""

    name = "all-MiniLM-L6-v2"

    def __init__(self, folder: Path) -> None:
        """`folder` holds the two files of app.meaning.weights."""
        self._weights = weights.read(folder / weights.WEIGHTS)
        self._pieces = Pieces(weights.read_vocabulary(folder / weights.VOCABULARY))

    def encode(self, texts: Sequence[Phrases]) -> list[Array]:
        """See Encoder. Some 9 ms a text of thirty tokens on one core, in batches of any size."""
        read = [self._read(phrases) for phrases in texts]
        found = [np.zeros((1 + len(phrases), WIDTH), np.float32) for phrases in texts]
        full = [at for at, (tokens, _) in enumerate(read) if len(tokens) > 2]
        batches = list(_batches(full, [len(tokens) for tokens, _ in read]))
        fill = partial(self._fill, read, found)
        if len(batches) < 2 or _AT_ONCE < 2:
            for batch in batches:
                fill(batch)
            return found
        with ThreadPoolExecutor(_AT_ONCE) as threads:  # numpy lets go of the lock meanwhile
            list(threads.map(fill, batches))
        return found

    def _fill(self, read: list[Read], found: list[Array], batch: list[int]) -> None:
        """Put the vectors of these texts into their places."""
        through = self._through([read[at][0] for at in batch])
        for at, tokens in zip(batch, through, strict=True):
            found[at][0] = _unit(tokens.mean(0))
            for row, (start, end) in enumerate(read[at][1], 1):
                if end > start:
                    found[at][row] = _unit(tokens[start:end].mean(0))

    def _read(self, phrases: Phrases) -> Read:
        """The tokens of a text, and from where to where each phrase goes."""
        tokens, spans = [self._pieces.begin], []
        for phrase in phrases:
            room = LONGEST + 1 - len(tokens)
            own = self._pieces.numbers(phrase)[: max(0, room)]
            spans.append((len(tokens), len(tokens) + len(own)))
            tokens += [*own, self._pieces.stop] if own and own[-1] != self._pieces.stop else own
        return [*tokens[: LONGEST + 1], self._pieces.end], spans

    def _through(self, texts: list[list[int]]) -> list[Array]:
        """What comes out for each token of each text; texts lie one behind another."""
        named, ends = self._weights, np.cumsum([len(text) for text in texts]).tolist()
        spans = list(zip([0, *ends[:-1]], ends, strict=True))
        places = np.concatenate([np.arange(end - start) for start, end in spans])
        x = named["embeddings.word_embeddings.weight"][np.concatenate(texts).astype(np.int64)]
        x = x + named["embeddings.position_embeddings.weight"][places]
        x = self._normal(x + named["embeddings.token_type_embeddings.weight"][0], "embeddings")
        for number in range(_LAYERS):
            layer = f"encoder.layer.{number}."
            x = self._normal(x + self._attend(x, spans, layer), f"{layer}attention.output")
            x = self._normal(x + self._widen(x, layer), f"{layer}output")
        return [x[start:end] for start, end in spans]

    def _attend(self, x: Array, spans: list[tuple[int, int]], layer: str) -> Array:
        query, key, value = (
            self._linear(x, f"{layer}attention.self.{part}").reshape(-1, _HEADS, _EACH)
            for part in ("query", "key", "value")
        )
        mixed = np.empty_like(x)
        for start, end in spans:
            q, k, v = (part[start:end].transpose(1, 0, 2) for part in (query, key, value))
            score = q @ k.transpose(0, 2, 1) * np.float32(1 / math.sqrt(_EACH))
            score = np.exp(score - score.max(-1, keepdims=True))
            score /= score.sum(-1, keepdims=True)
            mixed[start:end] = (score @ v).transpose(1, 0, 2).reshape(end - start, WIDTH)
        return self._linear(mixed, f"{layer}attention.output.dense")

    def _widen(self, x: Array, layer: str) -> Array:
        """The layer’s hidden middle, some rows at a time so that they stay in the cache."""
        found = np.empty_like(x)
        for start in range(0, len(x), _BLOCK):
            hidden = self._linear(x[start : start + _BLOCK], f"{layer}intermediate.dense")
            hidden = _gelu(hidden)
            found[start : start + _BLOCK] = self._linear(hidden, f"{layer}output.dense")
        return found

    def _linear(self, x: Array, name: str) -> Array:
        y: Array = x @ self._weights[f"{name}.weight"].T
        y += self._weights[f"{name}.bias"]
        return y

    def _normal(self, x: Array, name: str) -> Array:
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(-1, keepdims=True) + np.float32(_TINY))
        named = self._weights
        result: Array = x * named[f"{name}.LayerNorm.weight"] + named[f"{name}.LayerNorm.bias"]
        return result


def _batches(rows: list[int], lengths: list[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    tokens = 0
    for row in rows:
        if batch and tokens + lengths[row] > _TOGETHER:
            yield batch
            batch, tokens = [], 0
        batch.append(row)
        tokens += lengths[row]
    if batch:
        yield batch


def _gelu(x: Array) -> Array:
    """x·Φ(x) with Φ by a hyperbolic tangent (Hendrycks and Gimpel, 2016; error below 5e-4)."""
    root = math.sqrt(2 / math.pi)
    y: Array = np.square(x)
    y *= np.float32(0.044715 * root)
    y += np.float32(root)
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= np.float32(0.5)
    return y


def _unit(vector: Array) -> Array:
    length = float(np.linalg.norm(vector))
    result: Array = vector / np.float32(length) if length > _TINY else vector * 0
    return result


@cache
def load() -> MeaningEncoder | None:
    """The encoder, once for this process; None where its weights are absent or not the known."""
    folder = weights.find_folder()
    if folder is None or not weights.are_right(folder):
        return None
    return MeaningEncoder(folder)
