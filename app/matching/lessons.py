"""What the catalogue teaches: where a wish for a skill points, and where an offer of it. Pure.

Of every known skill three things are said: its name, a need of it, an offer of it. They differ in
manner (a worry, a craft) and agree in the matter. A linear discriminant (Fisher, 1936) finds the
directions in which skills differ much and the three ways of saying one little; the rest is let go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

KEPT = 80  # numbers a vector, of the encoder's WIDTH
SHRUNK = 0.6  # how far the spread within a skill is taken to be the same in every direction
SHARPNESS = 0.08  # how much more the nearest known skill counts than the next
_SMALL_TALK = 0.1  # how near to a skill anything is taken to be, at least
_TINY = 1e-9

Array = NDArray[np.float32]
Many = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lessons:
    """`turn` leads from WIDTH to KEPT numbers; before it `needs` or `offers`, the middle of what is
    said on that side, is taken away. `wished` and `offered`: where each known skill lies for either
    side. `names`: the encoder's vectors of what skills are called.
    """

    names: Array
    needs: Array
    offers: Array
    turn: Array
    wished: Array
    offered: Array

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self | None:
        """From `arrays`; None when they are not whole."""
        try:
            found = cls(*(arrays[name] for name in cls.__slots__))
        except KeyError:
            return None
        skills = len(found.names)
        right = found.turn.shape[1:] == (KEPT,) and found.wished.shape == (skills, KEPT)
        return found if right and found.offered.shape == (skills, KEPT) else None

    def arrays(self) -> dict[str, Array]:
        """To be kept, for `of`."""
        return {name: getattr(self, name) for name in self.__slots__}

    def turned(self, rows: Array, *, wish: bool) -> Array:
        """The encoder's vectors of phrases as they are compared; of what says nothing, zeroes."""
        away = (rows - (self.needs if wish else self.offers)) @ self.turn
        found = unit(away.astype(np.float32))
        found[~rows.any(1)] = 0
        return found

    def weights(self, phrases: Array, *, wish: bool) -> Array:
        """What each phrase counts: much where it is near to a known skill, little for small talk.

        They add up to one. `phrases` are turned, as they are everywhere below.
        """
        near = (phrases @ self._skills(wish).T).max(1, initial=0.0)
        near = np.maximum(near, _SMALL_TALK) ** 2 * phrases.any(1)
        result: Array = (near / max(float(near.sum()), _TINY)).astype(np.float32)
        return result

    def whole(self, phrases: Array, *, wish: bool) -> Array:
        """The vector of a side, from those of its phrases."""
        found: Array = self.weights(phrases, wish=wish) @ phrases
        return unit(found)

    def senses(self, wholes: Array, *, wish: bool) -> Array:
        """For each how near it is to each known skill: the nearest stand out, length is one."""
        near: Array = np.exp((wholes @ self._skills(wish).T - 1) / np.float32(SHARPNESS))
        near[~wholes.any(1)] = 0
        return unit(near)

    def _skills(self, wish: bool) -> Array:
        return self.wished if wish else self.offered


def learn(names: Array, needs: Array, offers: Array) -> Lessons:
    """From the encoder's vectors of the names, needs and offers of the same skills in one order."""
    ways = [way.astype(np.float64) for way in (names, needs, offers)]
    middles = [way.mean(0) for way in ways]
    apart = [way - middle for way, middle in zip(ways, middles, strict=True)]
    within = _within(apart)
    evened = _root_of_inverse(within)
    between = evened @ np.cov(np.concatenate(ways).T) @ evened
    turn = evened @ np.linalg.eigh(between)[1][:, ::-1][:, :KEPT]
    named, needed, offered = (unit((way @ turn).astype(np.float32)) for way in apart)
    return Lessons(
        names=names,
        needs=middles[1].astype(np.float32),
        offers=middles[2].astype(np.float32),
        turn=turn.astype(np.float32),
        wished=((named + needed) / 2).astype(np.float32),
        offered=((named + offered) / 2).astype(np.float32),
    )


def _within(apart: list[Many]) -> Many:
    """How the ways to say one skill spread about their middle, over all skills."""
    middle = sum(apart, np.zeros_like(apart[0])) / len(apart)
    found: Many = sum(((way - middle).T @ (way - middle) for way in apart), np.zeros(()))
    found = found / max(1, len(middle) * (len(apart) - 1))
    width = len(found)
    even: Many = np.eye(width) * np.trace(found) / width
    return (1 - SHRUNK) * found + SHRUNK * even


def _root_of_inverse(spread: Many) -> Many:
    values, axes = np.linalg.eigh(spread)
    found: Many = (axes * np.maximum(values, _TINY) ** -0.5) @ axes.T
    return found


def unit(rows: Array) -> Array:
    """Each with length one; zeroes stay."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    result: Array = rows / np.maximum(lengths, _TINY).astype(np.float32)
    return result
