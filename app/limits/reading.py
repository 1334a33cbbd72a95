"""Counting what only reads. In memory, because a GET changes nothing, the database least of all.

Each process counts for itself: with several of them a reader may do that many times as much.
"""

from datetime import datetime

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.limits.rules import LIMITS
from app.limits.service import TooMany


class Readers:
    """How often each source has asked, in one process."""

    def __init__(self) -> None:
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, rule: str, source: str, *, now: datetime) -> None:
        """Count once more; raises TooMany above the limit."""
        limit = LIMITS[rule]
        item = RateLimitItemPerSecond(limit.most, int(limit.within.total_seconds()))
        if not self._counter.hit(item, rule, source):
            over = self._counter.get_window_stats(item, rule, source).reset_time
            raise TooMany(seconds=max(1, int(over - now.timestamp()) + 1))
