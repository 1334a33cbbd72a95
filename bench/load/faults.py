"""What dies while visitors are at it, one thing after another, and what they noticed of each."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.load.asking import BROKEN, Asked
from bench.load.machines import Machines

AWAY = 15.0  # seconds that something stays away, in a run of five minutes
RECOVERED = 10.0  # seconds within which nobody may notice anything any more


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done; moments are of time.monotonic. `back`: when it had been started again."""

    name: str
    at: float
    back: float


def spread(machines: Machines, began: float, seconds: float) -> list[Fault]:
    """Let four things die at set moments of so many seconds; returns when all are back."""
    away = min(AWAY, seconds / 20)
    done = []
    for share, (name, kill, revive) in zip((0.1, 0.32, 0.54, 0.76), _acts(machines), strict=True):
        time.sleep(max(0.0, began + share * seconds - time.monotonic()))
        at = time.monotonic()
        kill()
        if revive is not None:
            time.sleep(away)
            revive()
        done.append(Fault(name, at, time.monotonic()))
    return done


def _acts(
    machines: Machines,
) -> list[tuple[str, Callable[[], None], Callable[[], None] | None]]:
    return [
        (
            "a web host killed (-9)",
            lambda: machines.kill("web1"),
            lambda: machines.start_web("web1"),
        ),
        (
            "the database restarted (immediate)",
            lambda: machines.primary.restart("immediate"),
            None,
        ),
        ("Redis killed (-9)", lambda: machines.kill("redis"), machines.start_redis),
        (
            "the replica stopped",
            lambda: machines.replica.stop("immediate"),
            lambda: machines.replica.start(),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Noticed:
    """Of one fault: the requests that failed, when they had begun, until when they did."""

    fault: Fault
    failed: list[Asked]
    recovery: float  # seconds from the fault to the end of the last request that failed
    slowest: float  # seconds of the slowest whole answer until the next fault

    @property
    def in_flight(self) -> int:
        """How many of them had begun before it died."""
        return sum(one.begun < self.fault.at for one in self.failed)

    @property
    def afterwards(self) -> int:
        """How many of them had not begun before it was back."""
        return sum(one.begun > self.fault.back for one in self.failed)

    def kinds(self) -> str:
        """What came instead of answers, and for which pages."""
        counts = Counter(
            f"{asked.status if asked.status != BROKEN else 'broken off'} ({asked.kind})"
            for asked in self.failed
        )
        return ", ".join(f"{many} × {what}" for what, many in counts.most_common()) or "–"


def noticed(faults: Sequence[Fault], asked: Sequence[Asked], end: float) -> list[Noticed]:
    """What was noticed of each, from its moment to that of the next."""
    found = []
    for fault, next_at in zip(faults, [*(f.at for f in faults), end][1:], strict=True):
        during = [one for one in asked if fault.at <= one.begun + one.seconds < next_at]
        failed = [one for one in during if one.failed]
        found.append(
            Noticed(
                fault,
                failed,
                recovery=max((one.begun + one.seconds - fault.at for one in failed), default=0.0),
                slowest=max((one.seconds for one in during if not one.failed), default=0.0),
            )
        )
    return found
