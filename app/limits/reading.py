"""Counting what only reads. Never in the database, because a GET changes nothing there.

With REDIS_URL all processes count together. Without it, and while Redis does not answer, each
counts in memory for itself: a reader may then do that many times as much, and the site goes on.
"""

import hashlib
import hmac
import logging
import time
from datetime import datetime

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from app.limits.rules import LIMITS
from app.limits.service import TooMany

log = logging.getLogger(__name__)

ANSWER_SECONDS = 0.25  # Redis has so long; a reader shall not wait for a count
REST_SECONDS = 5.0  # it is left alone after it failed


class Readers:
    """How often each source has asked."""

    def __init__(self, redis_url: str = "", *, key: str) -> None:
        """`key` hides the sources from whoever sees what is in Redis."""
        self._key = key.encode()
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._together = _in_redis(redis_url) if redis_url else None
        self._ask_again = 0.0  # on the monotonic clock
        self.failures = 0  # times that Redis did not answer

    @property
    def shared(self) -> bool | None:
        """Whether all processes count together now; None where they were never meant to."""
        return None if self._together is None else time.monotonic() >= self._ask_again

    def count(self, rule: str, source: str, *, now: datetime) -> None:
        """Count once more; raises TooMany above the limit."""
        limit = LIMITS[rule]
        item = RateLimitItemPerSecond(limit.most, int(limit.within.total_seconds()))
        hidden = hmac.digest(self._key, source.encode(), hashlib.sha256).hex()[:32]
        over = self._over(item, rule, hidden)
        if over is not None:
            raise TooMany(seconds=max(1, int(over - now.timestamp()) + 1))

    def _over(self, item: RateLimitItemPerSecond, *name: str) -> float | None:
        """When to come back, in seconds since 1970; None within the limit."""
        if self._together is not None and self.shared:
            try:
                return _hit(self._together, item, name)
            except RedisError as error:
                self.failures += 1
                self._ask_again = time.monotonic() + REST_SECONDS
                log.warning(
                    "Redis does not answer (%s): limits are each process’s own.", _of(error)
                )
        return _hit(self._alone, item, name)


def _in_redis(url: str) -> FixedWindowRateLimiter:
    patience = ANSWER_SECONDS
    storage = RedisStorage(
        url, key_prefix="bothways", socket_timeout=patience, socket_connect_timeout=patience
    )
    return FixedWindowRateLimiter(storage)


def _hit(
    counter: FixedWindowRateLimiter, item: RateLimitItemPerSecond, name: tuple[str, ...]
) -> float | None:
    if counter.hit(item, *name):
        return None
    return counter.get_window_stats(item, *name).reset_time


def _of(error: RedisError) -> str:
    return type(error).__name__  # its text may hold the address, password and all
