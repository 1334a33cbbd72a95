"""The door for a mail server: LMTP (RFC 2033). The one module that knows aiosmtpd.

Every answer is a constant sentence. aiosmtpd would send an error's own text, parameters and all,
and write down who writes to whom; neither happens here.
"""

import asyncio
import collections
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any, TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope
from aiosmtpd.smtp import Session as Dialogue

from app.relay.accepting import LARGEST
from app.relay.door import KNOWN, LATER, NO_ROOM, TAKEN, TOO_BIG, UNKNOWN, Door

CONNECTIONS = 20  # at one time; a mail server keeps its own queue
RECIPIENTS = 100  # of one mail
SECONDS = 120  # without a command, or for the whole of one mail
THREADS = 8  # that ask the database
LEAVE_SECONDS = 5.0  # for mails in hand, when told to end
LOOK_SECONDS = 0.1
TALLY_SECONDS = 5.0

TOO_MANY = "452 4.5.3 Too many recipients in one go"
BUSY = "421 4.3.2 Too many connections, please try again later"
SEND_AND_SEE = "252 2.5.2 Send some mail, and see"
_OURS = {KNOWN, TAKEN, UNKNOWN, TOO_BIG, NO_ROOM, LATER, TOO_MANY, SEND_AND_SEE}
_INSTEAD = {
    "250": "250 2.0.0 OK",
    "500": "500 5.5.2 This command is not known",
    "501": "501 5.5.4 This command is not complete",
    "502": "502 5.5.1 This command is not known",
    "503": "503 5.5.1 Commands came in a wrong order",
    "552": TOO_BIG,
    "553": "553 5.1.3 This is no address",
    "555": "555 5.5.4 This parameter is not known",
}

logging.getLogger("mail.log").disabled = True  # addresses, and every line of every mail
logging.getLogger("mail.debug").disabled = True
log = logging.getLogger(__name__)
T = TypeVar("T")


class Porter:
    """Answers aiosmtpd's questions. The database is asked in threads: nobody waits for others."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.conversations: set[Conversation] = set()
        self.in_hand = 0  # mails that are being taken in
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lmtp")

    async def handle_RCPT(
        self, _server: LMTP, _dialogue: Dialogue, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Say at once who is unknown: then nobody carries a whole mail in vain."""
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return TOO_MANY
        answer = await self.ask(self.door.look, address)
        if answer == KNOWN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: LMTP, _dialogue: Dialogue, envelope: Envelope) -> str:
        """One line for each recipient, in their order (RFC 2033 §4.2), whatever came of each."""
        raw, from_nobody = envelope.original_content or b"", envelope.mail_from == "<>"
        self.in_hand += 1
        try:
            answers = [
                await self.ask(self.door.take, address, raw, from_nobody)
                for address in envelope.rcpt_tos
            ]
        finally:
            self.in_hand -= 1
        return "\r\n".join(answers)

    async def handle_EHLO(
        self, _server: LMTP, dialogue: Dialogue, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        """What an LMTP server must be able to do (RFC 2033 §5), and no more."""
        dialogue.host_name = name
        return [*lines[:-1], "250-PIPELINING", "250 ENHANCEDSTATUSCODES"]

    async def handle_VRFY(self, *_: Any) -> str:
        """Nobody learns here who is known."""
        return SEND_AND_SEE

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong elsewhere."""
        log.error("lmtp: %s", type(error).__name__)
        return LATER

    async def ask(self, question: Callable[..., T], *values: Any) -> T:
        """Ask in a thread. A mail whose sender has hung up meanwhile is taken in all the same."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(question, *values))

    def close(self) -> None:
        """Let what is being written be written."""
        self._threads.shutdown(wait=True)
        self.door.write_tally()


class Conversation(LMTP):
    """One connection. What aiosmtpd would say itself is said in our words."""

    command_size_limit = 2048
    command_size_limits: dict[str, int] = collections.defaultdict(lambda: 2048)
    line_length_limit = LARGEST  # a longer line is too large a mail anyway

    event_handler: Porter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.conversations.discard(self)
        super().connection_lost(error)

    async def push(self, status: str | bytes) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        await super().push(self._in_our_words(text))

    def _in_our_words(self, status: str) -> str:
        if status.startswith(("552 Error: Too much mail", "500 Line too long")):
            # aiosmtpd says it once, but each recipient waits for a line.
            recipients = len(self.envelope.rcpt_tos) if self.envelope else 1
            self.event_handler.door.refuse(recipients)
            return "\r\n".join([TOO_BIG] * recipients)
        if set(status.split("\r\n")) <= _OURS or (status[:1] in "23" and status != "250 OK"):
            return status
        return _INSTEAD.get(status[:3], LATER)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """`<address> parameters`. Python's own parser stumbles over some of what strangers send."""
        found, closing, rest = arg.strip().removeprefix("<").partition(">")
        if not arg.strip().startswith("<") or not closing or any(map(str.isspace, found)):
            return None, None
        return found or "<>", rest


class _Full(asyncio.Protocol):
    """What one connection too many meets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(f"{BUSY}\r\n".encode())
        transport.close()


def serve(
    door: Door,
    listen: str,
    *,
    name: str,
    stop: Event,
    ready: Callable[[str], None] = lambda where: None,
) -> None:
    """Take mail in at `host:port` or at a socket's path until `stop` is set.

    `name` is what the greeting says. `ready` is told where it listens: port 0 means any free one.
    Raises OSError when the place is taken.
    """
    asyncio.run(_serve(Porter(door), listen, name, stop, ready))


async def _serve(
    porter: Porter, listen: str, name: str, stop: Event, ready: Callable[[str], None]
) -> None:
    try:
        server = await _listen(listen, partial(_conversation, porter, name))
        ready(_where(server))
        await _until(stop, porter)
        server.close()
        for conversation in list(porter.conversations):
            if conversation.transport is not None:
                conversation.transport.close()
        await asyncio.sleep(0)
    finally:
        porter.close()


def _conversation(porter: Porter, name: str) -> asyncio.Protocol:
    if len(porter.conversations) >= CONNECTIONS:
        return _Full()
    return Conversation(
        porter,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        hostname=name,
        ident="LMTP",
        timeout=SECONDS,
        loop=asyncio.get_running_loop(),
    )


async def _listen(listen: str, make: Callable[[], asyncio.Protocol]) -> asyncio.Server:
    """A socket's path begins with a slash; a mail server in its group may use it."""
    loop = asyncio.get_running_loop()
    if listen.startswith("/"):
        server = await loop.create_unix_server(make, listen)
        os.chmod(listen, 0o660)
        return server
    host, _, port = listen.rpartition(":")
    return await loop.create_server(make, host.strip("[]"), int(port))


def _where(server: asyncio.Server) -> str:
    first = server.sockets[0]
    if first.family == socket.AF_UNIX:
        return str(first.getsockname())
    host, port, *_ = first.getsockname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _until(stop: Event, porter: Porter) -> None:
    """Wait to be told to end, and then for the mails in hand."""
    loop = asyncio.get_running_loop()
    counted = loop.time()
    while not stop.is_set():
        await asyncio.sleep(LOOK_SECONDS)
        if loop.time() - counted >= TALLY_SECONDS:
            counted = loop.time()
            await porter.ask(porter.door.write_tally)
    deadline = loop.time() + LEAVE_SECONDS
    while porter.in_hand and loop.time() < deadline:
        await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(LOOK_SECONDS)  # for the answer to go out
