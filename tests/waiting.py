"""What tests beside a process of their own need: to wait for something, and a free port."""

import socket
import time
from collections.abc import Callable

PATIENCE = 180.0  # seconds, for a busy machine; nothing waits this long on purpose


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `true` is."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.05)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
