"""Planted ads: mutual pairs said in different words on the two sides, among ads that fit one way.

bench/planted.txt has the phrasing the weights were chosen on, bench/planted_apart.txt has another
that was kept apart. `compose` puts it together, always the same for one seed.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAIRS, ADS = 100, 500
FILES = ("planted.txt", "planted_apart.txt")
_PLACES = ("", "Aberystwyth", "Cardiff", "Leeds", "Bristol", "Glasgow")
_SECTORS = ("arts", "health", "trades", "education", "retail", "farming", "technology", "charity")
_ROUNDING = (
    "", "", "An hour now and then would do.", "Tea is on me.", "Evenings suit me best.",
    "Once is plenty to begin with.", "I learn slowly but I do learn.", "Any trade is welcome.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to be learnt: wishes for it, offers of it, and tags for either."""

    wishes: tuple[str, ...]
    offers: tuple[str, ...]
    wish_tags: tuple[str, ...]
    offer_tags: tuple[str, ...]


def topics(file: str) -> list[Topic]:
    """Every topic of one of FILES."""
    text = Path(__file__).with_name(file).read_text("utf-8")
    return [_topic(block.splitlines()[1:]) for block in text.split("\n= ")[1:]]


def _topic(lines: list[str]) -> Topic:
    def after(mark: str) -> tuple[str, ...]:
        return tuple(line[len(mark) :] for line in lines if line.startswith(mark))

    def tags(mark: str) -> tuple[str, ...]:
        return tuple(tag for line in after(mark) for tag in line.split(", "))

    return Topic(after("? "), after("! "), tags("?# "), tags("!# "))


def compose(seed: int = 1, file: str = FILES[0]) -> Iterator[dict[str, Any]]:
    """ADS lines for the import; the first 2 × PAIRS are partners, each beside the other.

    No other two of them seek what the other offers and offer what it seeks.
    """
    chance, every = random.Random(seed), topics(file)
    ways = [(a, b) for a in range(len(every)) for b in range(a + 1, len(every))]
    chance.shuffle(ways)
    taken = [way for a, b in ways[:PAIRS] for way in ((a, b), (b, a))]
    seen = set(taken)
    while len(taken) < ADS:
        seeks, offers = chance.sample(range(len(every)), 2)
        if (seeks, offers) not in seen and (offers, seeks) not in seen:
            seen.add((seeks, offers))
            taken.append((seeks, offers))
    for number, (seeks, offers) in enumerate(taken):
        yield _ad(chance, number, every[seeks], every[offers])


def _ad(chance: random.Random, number: int, sought: Topic, offered: Topic) -> dict[str, Any]:
    pair = number // 2 if number < 2 * PAIRS else number
    place = _PLACES[pair % len(_PLACES)]
    modes = ["video"] if not place else ["in_person", "phone", "video"][: 1 + pair % 3]
    return {
        "kind": chance.choice(("seeks", "offers")),
        "headline": f"Ad number {number}, planted",
        "seeks": _side(chance, sought.wishes),
        "offers": _side(chance, offered.offers),
        "seeks_skills": list(sought.wish_tags) if chance.random() < 0.6 else [],
        "offers_skills": list(offered.offer_tags) if chance.random() < 0.6 else [],
        "sector": chance.choice(_SECTORS),
        "sectors_wanted": chance.choice(("any", "different")),
        "place": place,
        "modes": modes,
        "rhythm": "flexible",
        "capacity": 1,
        "name": f"Writer {number}",
        "email": f"planted{number}@example.org",
        "confirmed": True,
    }


def _side(chance: random.Random, ways: tuple[str, ...]) -> str:
    """One or two of the ways to say it, and perhaps a line that says nothing of it."""
    said = list(ways) if chance.random() < 0.7 else [chance.choice(ways)]
    chance.shuffle(said)
    return " ".join([*said, chance.choice(_ROUNDING)]).strip()


def lines(seed: int, file: str) -> list[str]:
    """The same as lines of JSON."""
    return [json.dumps(ad, ensure_ascii=False) for ad in compose(seed, file)]
