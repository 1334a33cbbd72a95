"""Make `word_vectors.npz`: where single words point, told once by the encoder.

python -m app.matching.make_word_vectors, where the encoder’s weights are. Boards without them go
by this table, which is derived from all-MiniLM-L6-v2 (Apache-2.0).
"""

import json
from collections import Counter
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.ads.policy import KINDS
from app.catalogue.skills import all_skills
from app.config import ROOT
from app.matching.words import KNOWN_WIDTH, TABLE, stems
from app.meaning import encoder, weights
from app.search.analysis import words

DEMO_ADS = ROOT / "app/ads/demo.jsonl"


def spellings() -> dict[str, str]:
    """By stem, one word of it: those of the encoder’s vocabulary, and those skills are named by."""
    folder = weights.find_folder()
    assert folder is not None
    known = weights.read_vocabulary(folder / weights.VOCABULARY)
    plain = [word for word in known if len(word) > 2 and word.isascii() and word.isalpha()]
    plain += words_of_skills()
    found: dict[str, str] = {}
    for word in sorted(plain, key=len):
        for stem in stems(word):
            found.setdefault(stem, word)
    return found


def words_of_skills() -> list[str]:
    """Every word that a known skill is named by."""
    names = [name for skill in all_skills() for name in (skill.name, *skill.synonyms)]
    return [
        name[word.start : word.end].lower()
        for name in names
        for word in words(name)
        if not word.stop
    ]


@cache
def how_often() -> Counter[str]:
    """By stem: how often it stands in the names of skills and in the demo ads."""
    ads = [json.loads(line) for line in DEMO_ADS.read_text("utf-8").splitlines()]
    said = [ad.get(side, "") for ad in ads if ad["language"] == "en" for side in KINDS]
    every = [word.term for text in said for word in words(text) if not word.stop]
    return Counter(stem for stem in every if stems(stem)) + Counter(
        {stem: 1 for word in words_of_skills() for stem in stems(word)}
    )


def squeezed(vectors: NDArray[np.float32], told: NDArray[np.float32]) -> NDArray[np.int8]:
    """The directions in which words differ most, as whole numbers of 1/127.

    `told`: how often each is met. What all ads have in common is their centre, and says nothing.
    """
    centre = np.average(vectors, 0, told)
    apart = (vectors - centre)[told > 0]
    _, axes = np.linalg.eigh(apart.T @ apart)
    found = (vectors - centre) @ axes[:, ::-1][:, :KNOWN_WIDTH]
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return np.rint(found * 127).astype(np.int8)


def common(known: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Where the sides of the demo ads point on average: what any ad says, whatever it is about."""
    ads = [json.loads(line) for line in DEMO_ADS.read_text("utf-8").splitlines()]
    sides = [stems(ad.get(side, "")) for ad in ads if ad["language"] == "en" for side in KINDS]
    sums = [sum((known[s] for s in side if s in known), np.zeros(KNOWN_WIDTH)) for side in sides]
    result: NDArray[np.float32] = np.mean(
        [one / np.linalg.norm(one) for one in sums if one.any()], 0
    ).astype(np.float32)
    return result


def main() -> None:
    """Write the table."""
    reader = encoder.load()
    if reader is None:
        raise SystemExit("The encoder’s weights are not here.")
    known = spellings()
    rows = reader.encode([[word] for word in known.values()])
    vectors = np.array([row[0] for row in rows], np.float32)
    names = np.array(["\n".join(known)])
    told = np.array([how_often()[stem] for stem in known], np.float32)
    found = squeezed(vectors, told)
    centre = common(dict(zip(known, found.astype(np.float32) / 127, strict=True)))
    np.savez_compressed(TABLE, names=names, vectors=found, centre=centre)


if __name__ == "__main__":
    main()
