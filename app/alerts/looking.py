"""What an alert finds: the newest ads of a saved search, or who could swap with an ad."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.alerts.wanted import box_of, read_query
from app.matching import service as matching
from app.matching.vectors import Vectors
from app.search.index import Index
from app.search.to_the_letter import find_exactly


def look(
    session: Session, index: Index, vectors: Vectors, kept: str, *, now: datetime, most: int
) -> list[Ad]:
    """At most so many live ads, the newest first, or the best fitting. Raises IndexUnavailable."""
    box = box_of(kept)
    if box is None:
        return find_exactly(session, index, read_query(kept), now=now, size=most).ads
    ad = ads.find_ad(session, box)
    if ad is None or not ads.is_live(ad, now):
        return []
    found = matching.find(session, vectors, ad, now=now, most=most).mutual
    return [match.ad for match in found]
