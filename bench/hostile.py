"""Texts that nobody means well by, asked of a large index: the slowest of some hundreds.

python -m bench.hostile 100000     (make bench-hostile)

BENCH_KEEP names a folder with an index that bench.engines kept; a copy of it is asked. Without one
an index is made first.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from werkzeug.datastructures import MultiDict

from app.search.query import SearchQuery
from app.search.whoosh_index import WhooshIndex
from bench.engines import NOW, documents

BAR = 1.0  # seconds
SHOWN = 12
EACH = 12  # texts of each kind
_COMMON = """
mentor library evenings lunch honest work people learn walk tea years river bench show slowly
properly trade own welding bookkeeping number example plans jargon patient truth moved month
"""
COMMON = _COMMON.split()
CONTROL = [chr(code) for code in (*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x2029, 0xFFFE)]
MARKS = [*"\"'-+#.&*()[]{}<>|\\/:;^~`%_=@,!?“”„‟«»‘’–−", "\u202e", "\u200f", "\u200b", "\ufeff"]
LETTERS = {
    "right to left": "אבגדהוזחטיךכלםמןנסעףפץצקרשתابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "emoji": "😀😃🏴‍☠️👩‍👩‍👧‍👦🐝🪚❤️‍🔥🇬🇧👍🏽",
    "combining": "a\u0301\u0302\u0303\u0304e\u0308\u0323o\u0328\u0301",
    "wide": "漢字仮名交じり文한국어ไทยกขค",
    "one letter": "e",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    """What is typed, after its kind; always the same."""
    dice = random.Random(11)
    for kind, make in KINDS.items():
        for _ in range(EACH):
            yield kind, make(dice)
    for kind, letters in LETTERS.items():
        for length in (1, 9, 60, 400, 10_000):
            yield kind, "".join(dice.choices(letters, k=length))
            yield f"{kind}, words", " ".join("".join(dice.choices(letters, k=5)) for _ in "." * 60)


def _words(dice: random.Random, count: int, mark: str = "") -> str:
    return " ".join(mark + dice.choice(COMMON) for _ in range(count))


def _misspelt(dice: random.Random) -> str:
    """A common word with two letters that are not its own."""
    letters = list(dice.choice(COMMON) + dice.choice(COMMON))
    for _ in range(2):
        letters[dice.randrange(len(letters))] = dice.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)


def _noise(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(dice.choice((COMMON, CONTROL, MARKS, [" "]))) for _ in range(count))


def _quoted(dice: random.Random, words: int, inside: int) -> str:
    return " ".join(f'"{_words(dice, inside)}"' for _ in range(words))


def _nested(dice: random.Random) -> str:
    depth = dice.randint(3, 40)
    opening = "".join(dice.choice('"“«') + dice.choice(COMMON) + " " for _ in range(depth))
    return opening + "".join(dice.choice(COMMON) + dice.choice('"”»') for _ in range(depth))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "10 kB of noise": lambda dice: _noise(dice, 3000),
    "noise": lambda dice: _noise(dice, dice.randint(1, 80)),
    "control characters": lambda dice: "".join(dice.choices(CONTROL, k=200)) + dice.choice(COMMON),
    "marks alone": lambda dice: "".join(dice.choices(MARKS, k=dice.randint(1, 300))),
    "odd quotes": lambda dice: f'{_words(dice, 3)} "{_words(dice, 2)}" "{_words(dice, 4)}',
    "nested quotes": _nested,
    "many phrases": lambda dice: _quoted(dice, 24, 2),
    "long phrases": lambda dice: _quoted(dice, 3, 18),
    "a phrase of one word": lambda dice: f'"{" ".join([dice.choice(COMMON)] * 60)}"',
    "thousands of short words": lambda dice: " ".join(dice.choices("abcdeilmnorstuwxyz", k=5000)),
    "words of two letters": lambda dice: " ".join(
        "".join(dice.choices("aeiostrnlm", k=2)) for _ in range(200)
    ),
    "common words": lambda dice: _words(dice, 40),
    "one word of 10,000 letters": lambda dice: "".join(
        dice.choices("abcdefghijklmnopqrstuvwxyz", k=10_000)
    ),
    "one common word over and over": lambda dice: (dice.choice(COMMON) + " ") * 60,
    "words in one": lambda dice: "".join(dice.choices(COMMON, k=12)),
    "slips": lambda dice: " ".join(_misspelt(dice) for _ in range(24)),
    "slips and an end": lambda dice: f"{_misspelt(dice)} {dice.choice(COMMON)[:2]}",
    "nothing but exclusions": lambda dice: _words(dice, 24, "-"),
    "many exclusions": lambda dice: f"{dice.choice(COMMON)} {_words(dice, 22, '-')}",
    "excluded phrases": lambda dice: "number " + " ".join(
        f'-"{_words(dice, 2)}"' for _ in range(20)
    ),
    "hyphens": lambda dice: "-".join(dice.choices(COMMON, k=dice.randint(2, 40))),
    "dots and signs": lambda dice: "".join(
        dice.choice(("c", "net", "node", "r", "d")) + dice.choice(".+#&/") for _ in range(60)
    ),
    "two letters begun": lambda dice: "".join(dice.choices("aeiorstmlwnbcp", k=2)),
    "towns after towns": lambda dice: " in ".join(
        dice.choices(("Cardiff", "Newport", "Bangor", "work", "Leeds"), k=40)
    ),
    "operators": lambda dice: " ".join(
        dice.choices(("AND", "OR", "NOT", "NEAR/3", "(", ")", "^2", "*", "seeks:x", "1=1;--"), k=40)
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """Seconds by the wall and of CPU that one text took."""

    kind: str
    text: str
    wall: float
    cpu: float

    @classmethod
    def of(cls, kind: str, text: str, ask: Callable[[], object]) -> Self:
        began, spent = time.perf_counter(), time.process_time()
        ask()
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        return cls(kind, text, wall, cpu)

    def row(self) -> str:
        shown = ascii(self.text[:40])[1:-1][:40].replace("|", "¦").replace("`", "´")
        return f"| {self.kind} | `{shown}` | {self.wall * 1e3:.0f} | {self.cpu * 1e3:.0f} |"


def slowest(spent: Iterable[Spent]) -> Iterator[str]:
    """A table of the slowest, and how many were over the bar."""
    ranked = sorted(spent, key=lambda one: -one.wall)
    yield "| kind | begins | wall ms | cpu ms |\n|---|---|--:|--:|"
    yield from (one.row() for one in ranked[:SHOWN])
    over = sum(one.wall > BAR for one in ranked)
    middle = ranked[len(ranked) // 2].wall * 1e3
    yield f"\nOver {BAR:.0f} s: {over} of {len(ranked)}. In the middle: {middle:.1f} ms."


def asked(index: WhooshIndex) -> Iterator[Spent]:
    """Each text once, so that nothing was asked before; a full page with facets."""
    for kind, text in texts():

        def once(text: str = text) -> None:
            query = SearchQuery.from_args(MultiDict({"q": text}))
            page = index.search(query, NOW)
            assert len(page.boxes) == min(page.total, 20)

        yield Spent.of(kind, text, once)


def ready(size: int, folder: Path) -> WhooshIndex:
    """A copy of the kept index, or a new one, in `folder`."""
    if keep := os.environ.get("BENCH_KEEP"):
        kept = Path(keep) / str(size) / "ours"
        if kept.exists():
            shutil.copytree(kept, folder / "index")
            return WhooshIndex(folder / "index")
    print(f"{size:,} ads: making an index …", flush=True)
    index = WhooshIndex(folder / "index")
    with index.wait_to_write(5) as batch:
        batch.rebuild(documents(size))
    return index


def main() -> None:
    """Print the slowest."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="bothways-hostile-") as temporary:
        index = ready(size, Path(temporary))
        first = Spent.of("opening", "", lambda: index.search(SearchQuery(), NOW))
        spent = list(asked(index))
        print(f"\n### {len(spent)} texts asked of {size:,} ads\n")
        print("\n".join(slowest(spent)))
        print(f"Opening took {first.wall:.2f} s.")
    print("Load: " + ", ".join(f"{average:.1f}" for average in os.getloadavg()))


if __name__ == "__main__":
    main()
