"""The process that reads mails: `python -m`, with a socket’s number, bytes of memory, seconds.

It ends when the other end of the socket closes, and by itself when a mail takes too long: the one
who started it may be gone by then.
"""

import json
import resource
import signal
import socket
import sys
from contextlib import suppress

from app.relay.incoming.wire import Line, telling
from app.relay.reading import read

_GRACE_SECONDS = 1.0


def main() -> None:
    """Answer every mail with its reading, until nobody asks any more."""
    number, memory, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    line = Line(socket.socket(fileno=number))
    read(b"Subject: x\nContent-Type: text/html\n\n<p>x", trusted="")  # loads what is loaded late
    with suppress(OSError, ValueError):  # some systems know no such limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    line.send(b"ready")
    while True:
        with suppress(EOFError, OSError):
            trusted = line.receive().decode()
            raw = line.receive()
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
            answer = json.dumps(telling(read(raw, trusted=trusted))).encode()
            signal.setitimer(signal.ITIMER_REAL, 0)
            line.send(answer)
            continue
        return


if __name__ == "__main__":
    main()
