"""Three web hosts behind nginx, 200 visitors for five minutes; then once more while things die.

make bench-load              as root; BENCH_SECONDS=60 for a short one, BENCH_VISITORS=20 for few,
                             BENCH_ADS=2000 for a smaller board, BENCH_RUNS=quiet or =faults for one

Everything happens in namespaces of its own: networks, processes and mounts. Nothing listens on this
machine's interfaces, and the kernel takes all of it away when this ends, however it ends. Ends
with 1 when a page of the quiet run failed, when anything that was accepted is lost, or when
somebody still noticed a fault after ten seconds. Times are printed, and decide nothing.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import generate
from bench.load import faults, figures
from bench.load.asking import Line, Notes, Postbox, trust_in
from bench.load.machines import Machines, missing
from bench.load.reckoning import Reckoning
from bench.load.visitors import MIX, THINKING, Crowd

SECONDS = float(os.environ.get("BENCH_SECONDS", "300"))
VISITORS = int(os.environ.get("BENCH_VISITORS", "200"))
ADS = int(os.environ.get("BENCH_ADS", "20000"))
RUNS = os.environ.get("BENCH_RUNS", "quiet faults").split()
NUMBERS = 1000  # of people for each run
# Its first process outlives nobody: when it ends, the kernel ends all others in there.
ALONE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
INSIDE = 'mkdir -p /run/netns; mount -t tmpfs none /run/netns; "$@"; exit $?'


def apart() -> int:
    """Do it all in namespaces of its own, in a folder that is gone afterwards."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="bothways-load-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user
    again = (sys.executable, "-m", "bench.load", str(folder))
    process = subprocess.Popen([*ALONE, "sh", "-c", INSIDE, "sh", *again])
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 130
    finally:
        process.kill()
        process.wait()
        if os.environ.get("BENCH_KEEP") != "1":
            shutil.rmtree(folder, ignore_errors=True)


def inside(folder: Path) -> int:
    """Set everything up, let visitors in, and tell."""
    print(f"{ADS:,} ads: importing …", flush=True)
    began = time.monotonic()
    machines = Machines(folder, VISITORS)
    lines = folder / "ads.jsonl"
    lines.write_text("\n".join(generate.ads(ADS)))
    machines.prepare(lines)
    machines.serve()
    machines.settle()
    print(f"Ready after {time.monotonic() - began:.0f} s. {how()}", flush=True)
    wrong = []
    for number, run in enumerate(RUNS):
        wrong += Run(machines, number, faulty=run == "faults").go()
    for sentence in wrong:
        print(f"\nNOT AS IT SHOULD BE: {sentence}")
    return 1 if wrong else 0


def how() -> str:
    """In a sentence, what visitors do."""
    mix = ", ".join(f"{what} {share} %" for what, share in MIX.items())
    low, high = THINKING
    return (
        f"{VISITORS} visitors for {SECONDS:.0f} s, {low:.0f} to {high:.0f} s between a page and the"
        f" next; what they do: {mix}."
    )


class Run:
    """One run: quiet, or with faults."""

    def __init__(self, machines: Machines, number: int, *, faulty: bool) -> None:
        self.machines, self.faulty, self.number = machines, faulty, number
        self.notes, self.postbox = Notes(), Postbox(machines.folder / "mail")
        self.trust = trust_in(machines.folder)
        self.wrong: list[str] = []

    def go(self) -> list[str]:
        """Let it happen and print what was seen; returns what should not have been."""
        print(f"\n### {'While things die' if self.faulty else 'Quiet'}\n", flush=True)
        self._warm()
        load, account = os.getloadavg()[0], figures.Account(self.machines)
        crowd = Crowd(VISITORS, self.number * NUMBERS, self.notes, self.postbox, self.trust)
        began = time.monotonic()
        crowd.begin()
        died = faults.spread(self.machines, began, SECONDS) if self.faulty else []
        time.sleep(max(0.0, began + SECONDS - time.monotonic()))
        self._tell_of_it(account, load)
        crowd.end()
        end = time.monotonic()
        self._tell_of_requests(faults.noticed(died, self.notes.asked, end))
        self._reckon()
        return self.wrong

    def _warm(self) -> None:
        """Each process has seen each kind of page before anybody looks at the clock."""
        line = Line(0, Notes(), self.trust)
        for path in ("/", "/ads", "/ads?q=mentor", "/ads/new", "/api/v1/ads", "/suggest?q=men") * 6:
            line.get("warm", path)

    def _tell_of_it(self, account: figures.Account, load: float) -> None:
        if not self.faulty:
            print("\n".join(account.cpu()))
            print(f"\nTransactions: {account.databases()}")
        after = ", ".join(f"{average:.1f}" for average in os.getloadavg())
        print(f"Load: {load:.1f} before, {after} at the end (1, 5, 15 minutes)\n", flush=True)

    def _tell_of_requests(self, noticed: list[faults.Noticed]) -> None:
        print("\n".join(figures.requests(self.notes.asked)))
        print(f"\nPublished → found by its writer: {figures.waits(self.notes)}\n")
        if self.faulty:
            print("\n".join(figures.deaths(noticed)), "\n")
            late = [one for one in noticed if one.recovery > faults.RECOVERED]
            self.wrong += [f"{n.fault.name}: noticed for {n.recovery:.1f} s" for n in late]
        elif failed := sum(asked.failed for asked in self.notes.asked):
            self.wrong.append(f"{failed} pages failed while nothing had died")
        self.wrong += [f"nobody should see this: {odd}" for odd in self.notes.odd[:20]]

    def _reckon(self) -> None:
        line = Line(0, Notes(), self.trust)
        reckoning = Reckoning(self.machines, self.notes, self.postbox, line)
        reckoning.reckon()
        print("\n".join(f"- {line}" for line in reckoning.lines), flush=True)
        self.wrong += [f"lost: {what}" for what in reckoning.lost]


def main() -> int:
    """Say what is missing, or go on inside."""
    if trouble := missing():
        print(trouble)
        return 2
    return inside(Path(sys.argv[1])) if len(sys.argv) > 1 else apart()


if __name__ == "__main__":
    sys.exit(main())
