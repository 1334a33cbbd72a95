"""What people look for, and whether the first ten ads have it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.conftest import Shop
from tests.search.demo_board import DEMO, board_of, look
from tests.search.implementations import IMPLEMENTATIONS, Make
from tests.search.labelled import EXACT, FORGIVING, REAL, Labelled

ENOUGH = 0.95
REAL_ADS = "BOTHWAYS_REAL_ADS"


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    shop = board_of(DEMO, tmp_path_factory.mktemp("demo"), request.param)
    yield shop
    shop.sessions.kw["bind"].dispose()


def missed(shop: Shop, case: Labelled) -> list[str]:
    """The ads that should be among the first ten and are not."""
    found = [ad.headline for ad in look(shop, case.q, **case.args).ads]
    return [want for want in case.wanted if not any(line.startswith(want) for line in found)]


def recall(shop: Shop, cases: tuple[Labelled, ...]) -> tuple[float, list[str]]:
    """How much was found on average, and what was not, to be printed."""
    shares, misses = [], []
    for case in cases:
        lost = missed(shop, case)
        shares.append(1 - len(lost) / len(case.wanted))
        misses += [f"{case.sort}: {case.q!r} does not find {want!r}" for want in lost]
    return sum(shares) / len(shares), misses


def test_every_label_names_one_ad(demo: Shop) -> None:
    everybody = [ad.headline for ad in look(demo, "", size=100).ads]
    for want in {want for case in EXACT + FORGIVING for want in case.wanted}:
        assert len([line for line in everybody if line.startswith(want)]) == 1, want
    assert len(EXACT + FORGIVING) >= 60


def test_exact_words_find_all_they_should(demo: Shop) -> None:
    share, misses = recall(demo, EXACT)
    print(*misses, sep="\n")
    assert share == 1


def test_nearly_all_is_found_however_it_is_said(demo: Shop) -> None:
    share, misses = recall(demo, EXACT + FORGIVING)
    print(f"recall of the first ten: {share:.3f}", *misses, sep="\n")
    assert share >= ENOUGH


@pytest.mark.skipif(REAL_ADS not in os.environ, reason=f"{REAL_ADS} names no file")
@pytest.mark.parametrize("make", IMPLEMENTATIONS)
def test_real_ads_are_found_as_well(tmp_path: Path, make: Make) -> None:
    shop = board_of(Path(os.environ[REAL_ADS]), tmp_path, make)
    misses, shares = [], []
    for q, lines in REAL:
        found = {int(ad.box) for ad in look(shop, q).ads}
        lost = set(lines) - found
        shares.append(1 - len(lost) / len(lines))
        misses += [f"{q!r} does not find line {line}" for line in sorted(lost)]
    shop.sessions.kw["bind"].dispose()
    print(*misses, sep="\n")
    assert sum(shares) / len(shares) >= ENOUGH
