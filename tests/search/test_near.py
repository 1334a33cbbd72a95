"""“Within N miles” is the haversine's word, to the last bit, for every town there is."""

import math
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalogue.gazetteer import Place, shelf
from app.catalogue.places import EARTH_RADIUS_MILES, miles
from app.search.index import AdDocument, Index
from app.search.query import FARTHEST, SearchQuery
from app.search.whoosh_index import WhooshIndex
from tests.search.documents import NOW, ad, fill

IMPLEMENTATIONS: dict[str, Callable[[Path], Index]] = {"whoosh": WhooshIndex}  # by position alone
TOWNS = sorted(shelf().by_id.values(), key=lambda place: place.id)
CENTRES = 120


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def make(request: pytest.FixtureRequest) -> Callable[[Path], Index]:
    return IMPLEMENTATIONS[request.param]


def standing_at(id: int, latitude: float, longitude: float) -> AdDocument:
    return ad(id, latitude=latitude, longitude=longitude)


def near(index: Index, centre: Place, within: int) -> set[int]:
    """Ids of the ads that are so near."""
    query = SearchQuery(place=centre, within=within)
    page = index.search(query, NOW, size=10_000, facets=False)
    assert len(page.boxes) == page.total
    return {int(box) for box in page.boxes}


def by_vectors(centre: Place, latitude: float, longitude: float) -> float:
    """Miles as the angle between two vectors, which shares no formula with the haversine."""

    def vector(lat: float, lon: float) -> tuple[float, float, float]:
        lat, lon = math.radians(lat), math.radians(lon)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    a, b = vector(centre.latitude, centre.longitude), vector(latitude, longitude)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return EARTH_RADIUS_MILES * math.atan2(
        math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True))
    )


def test_every_town_is_near_exactly_when_the_haversine_says_so(
    make: Callable[[Path], Index], tmp_path: Path
) -> None:
    index, dice = make(tmp_path / "index"), random.Random(7)
    fill(index, *(standing_at(n, t.latitude, t.longitude) for n, t in enumerate(TOWNS)))
    for _ in range(CENTRES):
        centre, within = dice.choice(TOWNS), dice.choice((1, 5, 10, 20, 40, 80, 137, FARTHEST))
        here = (centre.latitude, centre.longitude)
        away = [miles(*here, town.latitude, town.longitude) for town in TOWNS]
        assert near(index, centre, within) == {n for n, far in enumerate(away) if far <= within}


# --- at the border --------------------------------------------------------------------------------


def border(centre: Place, within: int, bearing: float) -> list[tuple[float, float]]:
    """Positions about the border in one direction: the last that is in and the first that is out
    of all there are, the neighbours of both, and where it is an inch."""
    step = (math.cos(bearing), math.sin(bearing) / math.cos(math.radians(centre.latitude)))

    def at(degrees: float) -> tuple[float, float]:
        return centre.latitude + step[0] * degrees, centre.longitude + step[1] * degrees

    inside, outside = 0.0, 3 * math.degrees(within / EARTH_RADIUS_MILES)
    while (middle := (inside + outside) / 2) not in (inside, outside):
        if miles(centre.latitude, centre.longitude, *at(middle)) <= within:
            inside = middle
        else:
            outside = middle
    hair, inch = math.ulp(outside), math.degrees(1 / 63_360 / EARTH_RADIUS_MILES)
    asked = (inside, outside, inside - hair, outside + hair, inside - inch, outside + inch)
    return [at(degrees) for degrees in asked]


PLACES = st.sampled_from(TOWNS)
BORDERS = st.lists(
    st.tuples(PLACES, st.integers(1, FARTHEST), st.floats(0, 6.28)), min_size=1, max_size=12
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(BORDERS, st.booleans())
def test_an_ad_at_the_border_is_in_and_a_hair_beyond_it_is_not(
    make: Callable[[Path], Index],
    tmp_path_factory: pytest.TempPathFactory,
    borders: list[tuple[Place, int, float]],
    new: bool,
) -> None:
    numbers = count(1)
    ads = [
        standing_at(next(numbers), *where) for asked in borders for where in border(*asked)
    ]  # `new`: so new that no file has them
    index = make(tmp_path_factory.mktemp("border") / "index")
    fill(index, *([] if new else ads))
    index.heed([(one.id, one.id) for one in ads], ads, 1) if new else None
    for centre, within, _ in borders:
        here = (centre.latitude, centre.longitude)
        away = {
            one.id: miles(*here, one.latitude, one.longitude)
            for one in ads
            if one.latitude is not None and one.longitude is not None
        }
        assert near(index, centre, within) == {id for id, far in away.items() if far <= within}


@given(PLACES, st.integers(1, FARTHEST), st.floats(0, 6.28))
def test_those_positions_are_at_the_border(centre: Place, within: int, bearing: float) -> None:
    here, spots = (centre.latitude, centre.longitude), border(centre, within, bearing)
    away = [miles(*here, *where) for where in spots]
    assert away[0] <= within < away[1]
    assert away[:2] == pytest.approx([within, within], abs=1e-9)
    assert (away[4], away[5]) == pytest.approx((within - 1.6e-5, within + 1.6e-5), abs=1e-5)
    for where, far in zip(spots, away, strict=True):
        assert far == pytest.approx(by_vectors(centre, *where), abs=1e-7)


def test_some_ads_stand_at_the_border_itself() -> None:
    dice = random.Random(3)
    tried = [(dice.choice(TOWNS), dice.randint(1, FARTHEST), dice.random() * 6) for _ in range(50)]
    exact = [
        miles(centre.latitude, centre.longitude, *where) == within
        for centre, within, bearing in tried
        for where in border(centre, within, bearing)
    ]
    assert any(exact)
