"""Whom the board has to reach, and whether it can be reached itself. Each asked with a time-out."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from redis import Redis, RedisError

from app.config import BadSettings, Settings
from app.core.mail_server import LOOPBACK
from app.doctor import machine
from app.doctor.findings import Finding, bad, look, ok
from app.doctor.names import ASK_ELSEWHERE, Names, Unasked
from app.mail.policy import Later, Never, Paused
from app.mail.transports import SmtpTransport

SECONDS = 6.0
SMTP_SECONDS = 15.0
FEW_DAYS, NO_DAYS = 21, 7  # that a certificate still counts; most are renewed at 30


# --- mail -----------------------------------------------------------------------------------------


def mail_server(settings: Settings) -> Finding:
    """Whether it lets us in: connect, encrypt, log in, and no mail."""
    part = "mail"
    if settings.mail_folder is not None:
        said = "Mails go into a folder, and to nobody."
        return look(part, said, "For a board that others reach, set MAIL_URL to a mail server.")
    try:
        transport = SmtpTransport(
            settings.mail_url.get_secret_value(), mail_from=settings.mail_from
        )
    except BadSettings as trouble:
        return bad(part, f"{trouble}.", "Put MAIL_URL right; the README says how.")
    outcome = transport.knock(SMTP_SECONDS)
    if isinstance(outcome, Later | Never | Paused):
        advice = "See MAIL_URL, and that this machine may reach the mail server’s port."
        return bad(part, f"No mail can go: {outcome.trouble.value}.", advice)
    return ok(part, "The mail server lets us in.")


def lmtp(settings: Settings) -> Iterator[Finding]:
    """Whether mail that comes in would be taken: a greeting and a goodbye (RFC 2033)."""
    if not settings.relay_domain:
        return
    try:
        with _listening(settings.lmtp_listen) as stream:
            greeting = stream.recv(512)
            stream.sendall(b"QUIT\r\n")
    except OSError:
        greeting = b""
    if greeting.startswith(b"220"):
        yield ok("lmtp", "Mail that comes in is taken.")
    else:
        advice = "Start it (systemctl start bothways-lmtp), or see LMTP_LISTEN."
        yield bad("lmtp", "Nothing takes the mail that comes in.", advice)


def _listening(where: str) -> socket.socket:
    """A connection to host:port, or to a socket's path."""
    if not where.startswith("/"):
        host, _, port = where.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), SECONDS)
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(SECONDS)
    try:
        stream.connect(where)
    except OSError:
        stream.close()
        raise
    return stream


def redis(settings: Settings) -> Iterator[Finding]:
    """Whether limits are shared, where they should be."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as shared:
            shared.ping()
    except (RedisError, OSError, ValueError):
        advice = "See that it runs, and REDIS_URL. Meanwhile each process counts for itself."
        yield look("redis", "It can’t be reached.", advice)
    else:
        yield ok("redis", "It answers: limits are shared.")


# --- the website ----------------------------------------------------------------------------------


def website(names: Names, settings: Settings) -> Iterator[Finding]:
    """Where BASE_URL leads, whether it answers, and how long its certificate still counts."""
    part, url = "website", urlsplit(settings.base_url)
    host = url.hostname or ""
    try:
        found = [host] if host in LOOPBACK else names.addresses(host)
    except Unasked as trouble:
        yield look(part, f"Where {host} leads can’t be asked ({trouble}).", ASK_ELSEWHERE)
        return
    if not found:
        said = f"{host} leads nowhere."
        record = f"{host}. IN A 192.0.2.1"
        yield bad(part, said, "Add this record, with the address of your machine:", record)
        return
    port = url.port or (443 if url.scheme == "https" else 80)
    yield from _visited(host, [(address, port) for address in found], tls=url.scheme == "https")


def _visited(host: str, places: list[tuple[str, int]], *, tls: bool) -> Iterator[Finding]:
    """Ask the first of the places that answers for /healthz."""
    part = "website"
    try:
        with _connection(places) as plain, _wrapped(plain, host, tls=tls) as stream:
            if isinstance(stream, ssl.SSLSocket):
                yield _certificate(stream)
            before = time.time()
            status, date = _asked(stream, host)
            ours = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    except ssl.SSLCertVerificationError as trouble:
        advice = "Renew it (certbot renew), or see which one your proxy shows."
        yield bad(part, f"Its certificate does not count: {trouble.verify_message}.", advice)
        return
    except (OSError, http.client.HTTPException):
        advice = "See that website and proxy run, and that a firewall lets visitors in."
        yield bad(part, f"{host} does not answer.", advice)
        return
    if status == http.HTTPStatus.OK:
        yield ok(part, f"{host} answers.")
    else:
        advice = "See the logs of proxy and website."
        yield bad(part, f"{host} answers with {status}.", advice)
    if date is not None:
        yield machine.clock_beside("the website", date, ours)


def _connection(places: list[tuple[str, int]]) -> socket.socket:
    trouble: OSError = OSError()
    for place in places:
        try:
            return socket.create_connection(place, SECONDS)
        except OSError as error:
            trouble = error
    raise trouble


def _wrapped(plain: socket.socket, host: str, *, tls: bool) -> socket.socket:
    if not tls:
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _certificate(stream: ssl.SSLSocket) -> Finding:
    until = ssl.cert_time_to_seconds(str((stream.getpeercert() or {})["notAfter"]))
    days = int((until - time.time()) // 86_400)
    said = f"Its certificate counts for {days} more days."
    advice = "Renew it (certbot renew), and see why that did not happen by itself."
    if days < NO_DAYS:
        return bad("website", said, advice)
    return look("website", said, advice) if days < FEW_DAYS else ok("website", said)


def _asked(stream: socket.socket, host: str) -> tuple[int, datetime | None]:
    """Status and date of the answer."""
    stream.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = http.client.HTTPResponse(stream)
    answer.begin()
    try:
        return answer.status, parsedate_to_datetime(answer.headers["Date"])
    except (TypeError, ValueError):
        return answer.status, None
