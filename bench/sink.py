"""The mail server at the other end: takes every mail at once, and notes when."""

import asyncio
import threading
import time
from typing import Self


class Sink:
    """Use as a context manager. `mails`: (moment by time.perf_counter, bytes), in their order."""

    def __init__(self) -> None:
        self.mails: list[tuple[float, bytes]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._talk, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.port: int = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _talk(self, asked: asyncio.StreamReader, said: asyncio.StreamWriter) -> None:
        """One connection, as far as RFC 5321 has to be spoken for this."""
        said.write(b"220 sink\r\n")
        while line := await asked.readline():
            command = line[:4].upper()
            if command == b"DATA":
                said.write(b"354 go on\r\n")
                mail = await asked.readuntil(b"\r\n.\r\n")
                said.write(b"250 OK\r\n")
                self.mails.append((time.perf_counter(), mail))
            elif command == b"QUIT":
                said.write(b"221 bye\r\n")
                break
            else:
                said.write(b"250 OK\r\n")
        said.close()
