"""A real Redis on loopback, for the tests that need one."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.waiting import free_port

PROGRAM = shutil.which("redis-server")
needed = pytest.mark.skipif(
    PROGRAM is None, reason="there is no redis-server here (on Debian: apt install redis-server)"
)


class Redis:
    """A Redis of the test's own, on a loopback port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "dir": self._folder}
        arguments = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "Redis does not start"
                time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def names(self) -> str:
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(b"KEYS *\r\n")
            return connection.recv(65536).decode()
