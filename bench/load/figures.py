"""Tables in Markdown, and what they are made of: times, processors, who asked which database."""

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from bench.load.asking import Asked, Notes
from bench.load.faults import Noticed
from bench.load.machines import Machines
from bench.load.network import WEB
from bench.pages import cpu_of

IDLE = 5.0  # seconds before visitors come, in which is seen what is done without them


class Account:
    """What each part has had of the processors, and each database of transactions, since made."""

    def __init__(self, machines: Machines) -> None:
        self.machines = machines
        before = self._asked_now()
        time.sleep(IDLE)
        self._asked = self._asked_now()
        self._idle = {name: (now - before[name]) / IDLE for name, now in self._asked.items()}
        self.began, self._cpu = time.monotonic(), self._cpu_now()

    def cpu(self) -> Iterator[str]:
        """A row for each part: how much of one core it took."""
        passed, now = time.monotonic() - self.began, self._cpu_now()
        yield "| part | of one core |"
        yield "|---|--:|"
        for name, seconds in now.items():
            share = (seconds - self._cpu.get(name, 0.0)) / passed
            yield f"| {name} | {share * 100:.0f} % |"

    def databases(self) -> str:
        """How many transactions each of the two ended for visitors: without what is always done."""
        now, passed = self._asked_now(), time.monotonic() - self.began
        alone = {name: self._idle[name] * passed for name in now}
        counts = {name: now[name] - self._asked[name] - alone[name] for name in now}
        total = sum(counts.values()) or 1.0
        return ", ".join(
            f"{name} {count:,.0f} ({count / total:.0%}; {alone[name]:,.0f} without visitors)"
            for name, count in counts.items()
        )

    def _cpu_now(self) -> dict[str, float]:
        spent = {
            name: sum(cpu_of(pid, ended=True) for pid in pids)
            for name, pids in self.machines.groups().items()
        }
        hosts = sum(spent.pop(name) for name in WEB if name in spent)
        workers = sum(spent.pop(name) for name in list(spent) if name.startswith("worker"))
        own = sum(os.times()[:2])
        return {"three web hosts": hosts, "two workers": workers, **spent, "all visitors": own}

    def _asked_now(self) -> dict[str, int]:
        query = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'bothways'"
        urls = {"database": self.machines.primary_url, "replica": self.machines.replica_url}
        found = {}
        for name, url in urls.items():
            with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
                found[name] = int(connection.execute(sa.text(query)).scalar_one())
        return found


def requests(asked: Sequence[Asked]) -> Iterator[str]:
    """A row for each kind of page, and one for all of them."""
    kinds: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        kinds[one.kind].append(one)
    yield "| page | requests | p50 ms | p95 ms | p99 ms | slowest | 5xx | broken off |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for kind, those in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
        yield _row(kind, those)
    yield _row("**all**", asked)


def _row(name: str, those: Sequence[Asked]) -> str:
    took = [one.seconds for one in those if not one.failed] or [0.0]
    p50, p95, p99 = (quantile(took, share) * 1e3 for share in (50, 95, 99))
    bad = sum(one.status >= 500 for one in those)
    broken = sum(one.failed and one.status < 500 for one in those)
    times = f"{p50:.0f} | {p95:.0f} | {p99:.0f} | {max(took) * 1e3:.0f}"
    return f"| {name} | {len(those):,} | {times} | {bad} | {broken} |"


def quantile(values: Sequence[float], percent: int) -> float:
    """What so many percent of the values are below."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def deaths(all_of_them: Sequence[Noticed]) -> Iterator[str]:
    """A row for each fault."""
    yield (
        "| what died | away for | failed | in flight · meanwhile · once it was back | which"
        " | recovered after | slowest |"
    )
    yield "|---|--:|--:|--:|---|--:|--:|"
    for one in all_of_them:
        fault, failed = one.fault, len(one.failed)
        meanwhile = failed - one.in_flight - one.afterwards
        yield (
            f"| {fault.name} | {fault.back - fault.at:.1f} s | {failed}"
            f" | {one.in_flight} · {meanwhile} · {one.afterwards} | {one.kinds()}"
            f" | {one.recovery:.1f} s | {one.slowest:.1f} s |"
        )


def waits(notes: Notes) -> str:
    """How long it was from published to found, for the writers themselves."""
    took = [deed.found_after for deed in notes.posts if deed.found_after >= 0]
    if not took:
        return "no ad was looked for"
    never = sum(bool(deed.confirmed) and deed.found_after < 0 for deed in notes.posts)
    p50, p95 = (quantile(took, share) * 1e3 for share in (50, 95))
    return f"{p50:.0f} / {p95:.0f} ms (p50 / p95 of {len(took)}); {never} not found in 20 s"
