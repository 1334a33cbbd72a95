"""What stands beside an ad’s vectors: what decides before any words whether two may meet. Pure."""

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ads.models import Ad
from app.ads.policy import KINDS, MODES
from app.catalogue.places import EARTH_RADIUS_MILES, find_place
from app.catalogue.sectors import all_sectors
from app.matching.phrases import Phrase, phrases
from app.matching.rules import TOO_FAR

CARD = np.dtype(
    [
        ("id", "<i8"),
        ("stamp", "<i8"),  # of the words that were encoded
        ("person", "<i8"),
        ("expires", "<i8"),  # seconds since 1970
        ("latitude", "<f4"),  # degrees; not a number for ads that are nowhere
        ("longitude", "<f4"),
        ("wanted", "<u4"),  # a bit for each sector
        ("sector", "u1"),
        ("modes", "u1"),  # a bit for each of MODES
        ("open", "u1"),  # which side is left open: 0 none, 1 seeks, 2 offers
        ("unused", "u1"),
    ]
)
IN_PERSON = 1 << MODES.index("in_person")
SEEKS_OPEN, OFFERS_OPEN = 1, 2
_ANY = 0xFFFFFFFF
_SECTORS = {sector.slug: number for number, sector in enumerate(all_sectors())}
_NO_SECTOR = 31
_ROUGHLY = 1.02  # as if the country were flat

Cards = NDArray[Any]
Words = tuple[tuple[Phrase, ...], tuple[Phrase, ...]]


def words_of(ad: Ad) -> Words:
    """The phrases of both sides, seeks first; a side that was left open has none."""
    seeks = phrases(ad.seeks, ad.side_skills("seeks"), wish=True)
    offers = phrases(ad.offers, ad.side_skills("offers"))
    return (
        () if open_side(ad) == SEEKS_OPEN else seeks,
        () if open_side(ad) == OFFERS_OPEN else offers,
    )


def open_side(ad: Ad) -> int:
    """Which side is open: the return, when its writer ticked that and wrote nothing there."""
    if not ad.return_open:
        return 0
    side = "offers" if ad.kind == "seeks" else "seeks"
    if getattr(ad, side).strip() or ad.side_skills(side):
        return 0
    return OFFERS_OPEN if side == "offers" else SEEKS_OPEN


def stamp_of(ad: Ad) -> int:
    """63 bits that tell what is said on both sides from anything else."""
    said = repr([(getattr(ad, side), ad.side_skills(side)) for side in KINDS] + [open_side(ad)])
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def card_of(ad: Ad) -> Cards:
    """The card of a live ad."""
    place = find_place(ad.place_id) if ad.place_id is not None else None
    row = np.zeros((), CARD)
    row["id"], row["stamp"], row["person"] = ad.id, stamp_of(ad), ad.person_id
    row["expires"] = seconds(ad.expires_at)
    row["latitude"] = place.latitude if place else np.nan
    row["longitude"] = place.longitude if place else np.nan
    row["wanted"], row["sector"] = _wanted(ad), _SECTORS.get(ad.sector, _NO_SECTOR)
    row["modes"] = sum(1 << n for n, mode in enumerate(MODES) if mode in ad.modes.split(","))
    row["open"] = open_side(ad)
    return row


def may_meet(cards: Cards, mine: Cards, *, now: datetime) -> NDArray[np.bool_]:
    """Which of these ads could come into question for `mine`; as rules.may_meet has it."""
    found, shared = live_sharing(cards, mine, now=now), cards["modes"] & mine["modes"]
    asked = (cards["wanted"] >> np.uint32(min(_NO_SECTOR, int(mine["sector"])))) & 1
    given = (mine["wanted"] >> cards["sector"].astype(np.uint32)) & 1
    found &= (cards["person"] != mine["person"]) & (asked == 1) & (given == 1)
    in_person = np.flatnonzero(found & (shared == IN_PERSON))
    if len(in_person) and not np.isnan(mine["latitude"]):
        found[in_person[_too_far(cards[in_person], mine)]] = False
    return found


def live_sharing(cards: Cards, mine: Cards, *, now: datetime) -> NDArray[np.bool_]:
    """Which of these are of live ads that share a way to meet with `mine`."""
    found: NDArray[np.bool_] = (cards["id"] != 0) & (cards["expires"] > seconds(now))
    found &= (cards["modes"] & mine["modes"]) != 0
    return found


def _too_far(cards: Cards, mine: Cards) -> NDArray[np.bool_]:
    """Which are surely farther than two can meet; the rest is measured again."""
    north = np.radians(cards["latitude"] - mine["latitude"])
    middle = np.radians((cards["latitude"] + mine["latitude"]) / 2)
    east = np.radians(cards["longitude"] - mine["longitude"]) * np.cos(middle)
    far: NDArray[np.bool_] = np.hypot(north, east) * EARTH_RADIUS_MILES > TOO_FAR * _ROUGHLY
    return far


def seconds(moment: datetime | None) -> int:
    """Seconds since 1970; 0 for never."""
    return int(moment.timestamp()) if moment else 0


def _wanted(ad: Ad) -> int:
    if ad.sectors_wanted in {"any", "different", ""}:
        return _ANY
    slugs = ad.sectors_wanted.split(",")
    return sum(1 << _SECTORS[slug] for slug in slugs if slug in _SECTORS) or _ANY
