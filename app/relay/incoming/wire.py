"""How a mail gets to the process that reads it, and how what it read comes back."""

import socket
import struct
import time
from dataclasses import asdict
from typing import Any

from app.relay.reading import Reading

_LENGTH = struct.Struct("!I")
_LONGEST = 64 * 1024 * 1024


class Line:
    """Sends and receives bytes by the piece, each preceded by its length."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, piece: bytes, until: float | None = None) -> None:
        """Send it whole; TimeoutError once the monotonic clock says `until`."""
        self._wait_until(until)
        self._end.sendall(_LENGTH.pack(len(piece)) + piece)

    def receive(self, until: float | None = None) -> bytes:
        """Return the next piece; EOFError if the other end is gone, TimeoutError after `until`."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, until))
        if length > _LONGEST:
            raise ValueError("longer than any mail")
        return self._exactly(length, until)

    def close(self) -> None:
        self._end.close()

    def _exactly(self, length: int, until: float | None) -> bytes:
        got = bytearray()
        while len(got) < length:
            self._wait_until(until)
            more = self._end.recv(min(length - len(got), 1 << 20))
            if not more:
                raise EOFError
            got += more
        return bytes(got)

    def _wait_until(self, until: float | None) -> None:
        if until is None:
            self._end.settimeout(None)
            return
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._end.settimeout(left)


def telling(reading: Reading) -> dict[str, Any]:
    """The reading as values that JSON knows."""
    return asdict(reading)


def told(answer: dict[str, Any]) -> Reading:
    """The reading again; TypeError and the like become ValueError."""
    lists = {name: tuple(value) for name, value in answer.items() if isinstance(value, list)}
    try:
        return Reading(**(answer | lists))
    except TypeError as wrong:
        raise ValueError("no reading") from wrong
