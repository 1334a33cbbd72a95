"""Starts the board's programs in a twentieth of a second: each is a fork of one that has them read.

`python -m tests.faults.starter` takes a line of JSON for each program to start, and answers with
its number. Each has a process group of its own.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn, Self

from app.config import ROOT
from tests.waiting import until

WORDS = (
    "Somebody seeks help with a rota, ring 01970 000 000 or write to gwen at members dot example"
)


@dataclass(frozen=True, slots=True)
class Program:
    """A running program, and what can be done to it."""

    name: str
    pid: int

    @property
    def alive(self) -> bool:
        """Whether it runs, or is stopped."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """kill -9 of all there is of it; returns once it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        until(lambda: not self.alive)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to all there is of it."""
        os.killpg(self.pid, number)

    def children(self) -> list[int]:
        """For gunicorn, the process that answers."""
        try:
            listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except OSError:
            return []
        return [int(pid) for pid in listed.split()]


class Starter:
    """Use as a context manager; what it started ends with it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.starter"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._started: list[Program] = []
        return self

    def __exit__(self, *_: object) -> None:
        for program in self._started:
            program.kill()
        self._process.communicate()

    def start(self, name: str, surroundings: Mapping[str, str], log: Path) -> Program:
        """Start `web`, `worker` or `lmtp` with this environment; what it says goes to `log`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"program": name, "surroundings": dict(surroundings), "log": str(log)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        program = Program(name, int(self._process.stdout.readline()))
        self._started = [other for other in self._started if other.alive] + [program]
        return program


def main() -> None:
    """Read everything in once, then fork for whoever asks."""
    import app.boot
    import app.cli
    import app.relay.lmtp
    import app.web  # noqa: F401
    from app.catalogue import gazetteer
    from app.core.addresses import find_addresses
    from app.spam import opinion, signals
    from tests.faults import programs

    # What each would make when it is first asked: half a second of every web that is started.
    gazetteer.shelf()
    find_addresses(WORDS)
    signals.read_signals(WORDS)
    opinion.beforehand()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    kept: list[int] = []
    for line in sys.stdin:
        asked = json.loads(line)
        theirs, ours = os.pipe()  # its standard input, which ends with this process
        kept.append(ours)
        pid = os.fork()
        if pid == 0:
            _become(asked["surroundings"], asked["log"], theirs, kept)
            _end_with(partial(programs.run, asked["program"]))
        with suppress(PermissionError):
            os.setpgid(pid, pid)
        os.close(theirs)
        print(pid, flush=True)


def _become(
    surroundings: dict[str, str], log: str, standard_input: int, foreign: list[int]
) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in foreign:
        os.close(number)
    os.dup2(standard_input, 0)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.clear()
    os.environ.update(surroundings)


def _end_with(run: Callable[[], None]) -> NoReturn:
    """Run it, and never come back to the loop of the one it was forked from."""
    status = 1
    try:
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
