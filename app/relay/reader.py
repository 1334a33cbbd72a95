"""Reading mails in a process of its own, so that a poisonous one can hurt nothing but itself.

The process is app.relay.incoming.reading_process. It is started with the first mail, kept for the
next ones, killed when it is too slow, and knows neither database nor settings nor secrets.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

from app.relay.incoming.wire import Line, told
from app.relay.reading import Reading

READ_SECONDS = 2.0
START_SECONDS = 20.0
_MEMORY_BYTES = 512 * 1024 * 1024
_HOME = Path(__file__).parents[2]


class Reader:
    """Reads one mail at a time. Threads may share it; they wait for each other."""

    def __init__(self, *, seconds: float = READ_SECONDS, memory: int = _MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = Lock()
        self._child: _Child | None = None

    def read(self, raw: bytes, *, trusted: str) -> Reading | None:
        """Read a mail, as app.relay.reading.read does; None if that took too long or killed it.

        None says nothing of the mail for certain: a machine short of memory does it too.
        """
        with self._lock:
            try:
                self._child = self._child or _Child(self._memory, self._seconds)
                return self._child.read(raw, trusted, self._seconds)
            except (OSError, EOFError, ValueError):
                self._end()
                return None

    def close(self) -> None:
        """End the process. Reading another mail starts a new one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._child:
            self._child.end()
        self._child = None


class _Child:
    """The process, and the line to it."""

    def __init__(self, memory: int, seconds: float) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-m", "app.relay.incoming.reading_process")
            told_it = (str(theirs.fileno()), str(memory), str(seconds))
            self._process = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside
                [*command, *told_it],
                cwd=_HOME,
                env={"PYTHONPATH": os.pathsep.join([str(_HOME), *filter(None, sys.path)])},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._line = Line(ours)
        self._ready = False

    def read(self, raw: bytes, trusted: str, seconds: float) -> Reading:
        if not self._ready:
            self._line.receive(time.monotonic() + START_SECONDS)
            self._ready = True
        until = time.monotonic() + seconds
        self._line.send(trusted.encode(), until)
        self._line.send(raw, until)
        answer: dict[str, Any] = json.loads(self._line.receive(until))
        return told(answer)

    def end(self) -> None:
        self._line.close()
        self._process.kill()
        self._process.wait()
