"""Invented ads, as many as wanted, varied and always the same for one seed.

python -m bench.generate 10000 > ads.jsonl
"""

import json
import random
import sys
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Any

from app.ads.policy import MODES, RHYTHMS
from app.catalogue.gazetteer import Place, shelf
from app.catalogue.sectors import all_sectors
from app.catalogue.skills import all_skills

COMMON, RARE = "mentor", "theodolite"  # a word of most ads, and one of one ad in five hundred
ONE_IN = 500
NAMES = (
    "Aled",
    "Bronwen",
    "Cai",
    "Dilys",
    "Fiona",
    "Gareth",
    "Hafsa",
    "Jamal",
    "Kit",
    "Lowri",
    "Nia",
)
ASKING = (
    "I’d like to find a mentor who knows {a} from the inside, for an honest look at my plans.",
    "Looking for somebody to show me {a}; I have read about it and now need to see it done.",
    "How do people get good at {a}? I’d welcome a mentor, a walk and a few hard questions.",
    "After years of the same work I want to learn {a}, slowly and properly, with a patient mentor.",
    "Could you talk me through {a} and {b}? One good conversation would already help a lot.",
)
GIVING = (
    "Happy to show you {a}: bring your own example and we’ll work on it together.",
    "I have done {a} for most of my life and like explaining it without any jargon.",
    "In return {a}, some {b}, and an honest opinion when you want one.",
    "I can be your mentor in {a}, or simply the person who asks how {b} is going.",
    "A beginner’s guide to {a}, with tea, and what I wish I’d been told about {b}.",
)
MORE = (
    "I work odd hours, so evenings are best.",
    "We could meet at the library or on a bench by the river.",
    "It need not be regular; one long lunch is worth a lot.",
    "I changed trade twice and learnt most from people outside my own.",
    "Two small children mean that plans move about a little.",
    "My last mentor retired, and I miss the conversations.",
    "Nobody in our street does anything like it.",
    "I would rather hear the truth now than in a year.",
)


def ads(count: int, *, seed: int = 1) -> Iterator[str]:
    """`count` ads as lines that the import reads, each by one of nearly as many people."""
    chance = random.Random(seed)
    for number in range(count):
        yield json.dumps(_ad(chance, number), ensure_ascii=False)


def _ad(chance: random.Random, number: int) -> dict[str, Any]:
    kind = chance.choice(("seeks", "offers"))
    wanted, given = _skills(chance), _skills(chance)
    rare = f" Also: {RARE}." if number % ONE_IN == ONE_IN // 2 else ""
    modes = chance.sample(MODES, chance.randint(1, 3))
    headline = f"{(wanted if kind == 'seeks' else given)[0]}, number {number}"
    return {
        "kind": kind,
        "headline": headline[0].upper() + headline[1:],
        "seeks": _say(chance, ASKING, wanted) + rare,
        "offers": _say(chance, GIVING, given),
        "seeks_skills": wanted[: chance.randint(0, 4)],
        "offers_skills": given[: chance.randint(0, 4)],
        "about": chance.choice(MORE) if chance.random() < 0.5 else "",
        "sector": chance.choice(all_sectors()).slug,
        "sectors_wanted": chance.choice(("any", "any", "different")),
        "place": _place(chance).label if "in_person" in modes or chance.random() < 0.3 else "",
        "modes": modes,
        "rhythm": chance.choice(RHYTHMS),
        "capacity": chance.choice((1, 1, 1, 2, 3)),
        "name": chance.choice(NAMES),
        "email": f"person{number - number % 7 // 5}@bench.invalid",
        "confirmed": True,
        "days_ago": round(chance.uniform(0, 50), 4),
    }


def _say(chance: random.Random, sentences: tuple[str, ...], skills: list[str]) -> str:
    said = [chance.choice(sentences).format(a=skills[0], b=skills[1])]
    said += chance.sample(MORE, chance.randint(0, 4))
    return " ".join(said)


def _skills(chance: random.Random) -> list[str]:
    """A few skills; some are asked for much more than others, as on any board."""
    names = [skill.name for skill in all_skills()]
    picked = {names[int(len(names) * chance.random() ** 2)]: None for _ in range(6)}
    return [*picked, "listening", "planning"][:5]


def _place(chance: random.Random) -> Place:
    places, weights = _places()
    return chance.choices(places, cum_weights=weights)[0]


@cache
def _places() -> tuple[list[Place], list[int]]:
    """Every place, with sums of their populations: a city has more ads than a village."""
    places = sorted(shelf().by_id.values(), key=lambda place: place.id)
    return places, list(accumulate(place.population for place in places))


if __name__ == "__main__":
    for line in ads(int(sys.argv[1])):
        print(line)
