"""Several web processes count what readers ask together in Redis, and go on without it."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.limits import reading
from app.limits.rules import LIMITS, Limit
from tests import redis_server
from tests.redis_server import Redis

pytestmark = redis_server.needed


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    found = Redis(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def two(
    make_app: Callable[..., Flask], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> list[Flask]:
    """Two web processes of one board, and three questions an hour for each source."""
    monkeypatch.setitem(LIMITS, "api-source", Limit(3, timedelta(hours=1)))
    return [make_app(redis_url=redis.url) for _ in range(2)]


def ask(app: Flask) -> int:
    return app.test_client().get("/api/v1/ads").status_code


def test_all_processes_count_together(two: list[Flask], redis: Redis) -> None:
    one, other = two

    assert [ask(one), ask(other), ask(one)] == [200, 200, 200]
    assert [ask(one), ask(other)] == [429, 429]
    assert "bothways" in redis.names()
    assert "127.0.0.1" not in redis.names()


def test_without_redis_each_counts_for_itself_until_it_is_back(
    two: list[Flask],
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reading, "REST_SECONDS", 1.5)
    one, other = two
    assert ask(one) == 200
    redis.kill()

    answers = [ask(one) for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    assert ask(other) == 200
    assert one.test_client().get("/readyz").json["limits"] == {"ok": True, "shared": False}
    assert caplog.text.count("Redis does not answer") >= 1
    assert str(redis.port) not in caplog.text

    redis.start()
    time.sleep(1.6)
    assert [ask(one), ask(other), ask(one), ask(other)] == [200, 200, 200, 429]
    assert one.test_client().get("/readyz").json["limits"] == {"ok": True, "shared": True}


def test_alone_nothing_is_said_of_sharing(make_app: Callable[..., Flask]) -> None:
    assert "limits" not in make_app().test_client().get("/readyz").json
