from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from app.mail.models import OutboxMail
from app.mail.policy import GIVE_UP, Trouble, next_attempt, wait_after

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVEN = 0.5  # neither early nor late
MINUTES = [1, 2, 5, 10, 30, 60, 120, 240, 360, 360, 360]


@pytest.mark.parametrize(("attempts", "minutes"), list(enumerate(MINUTES, start=1)))
def test_each_failure_waits_longer_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert wait_after(attempts, EVEN) == timedelta(minutes=minutes)


@pytest.mark.parametrize("attempts", [1, 5, 40])
def test_waits_are_spread_by_a_fifth_either_way(attempts: int) -> None:
    middle = wait_after(attempts, EVEN)
    assert wait_after(attempts, 0.0) == pytest.approx(middle * 0.8, abs=timedelta(milliseconds=1))
    assert wait_after(attempts, 1.0) == pytest.approx(middle * 1.2, abs=timedelta(milliseconds=1))


def test_attempts_go_on_for_three_days_and_then_end() -> None:
    now, attempts, times = NOON, 1, [NOON]
    while due := next_attempt(now, attempts=attempts, give_up_at=NOON + GIVE_UP, chance=EVEN):
        now, attempts = due, attempts + 1
        times.append(due)
    assert timedelta(hours=66) < times[-1] - NOON <= timedelta(days=3)
    assert len(times) == 19
    assert all(later > earlier for earlier, later in pairwise(times))


def test_a_trouble_fits_its_column() -> None:
    column = OutboxMail.__table__.c.trouble.type
    assert isinstance(column, sa.String)
    assert column.length is not None
    assert max(map(len, Trouble)) <= column.length
