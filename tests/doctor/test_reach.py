"""The doctor and others: the mail server, the port for mail that comes in, the website itself."""

import http.server
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from flask import Flask

from tests import redis_server
from tests.doctor.name_server import NameServer
from tests.doctor.patient import Said, look
from tests.mail.server import MailServer
from tests.redis_server import Redis

Make = Callable[..., Flask]


# --- the mail server ------------------------------------------------------------------------------


def test_the_mail_server_lets_us_in_and_gets_no_mail(make_app: Make) -> None:
    with MailServer(login=("board", "s3cret-w0rd")) as server:
        said = look(make_app(mail_url=server.url("?tls=none", login="board:s3cret-w0rd@")))

        assert said.of("mail") == [("ok", "The mail server lets us in.")]
        assert (server.connections, server.mails) == (1, [])


def test_the_mail_server_refuses_our_password(make_app: Make) -> None:
    with MailServer(login=("board", "another")) as server:
        said = look(make_app(mail_url=server.url("?tls=none", login="board:s3cret-w0rd@")))

    sentence = "No mail can go: the mail server refused our name or password."
    assert said.of("mail") == [("bad", sentence)]
    assert said.status == 1
    assert "s3cret" not in said.text


def test_encryption_that_must_be_and_is_not(make_app: Make) -> None:
    with MailServer() as server:
        said = look(make_app(mail_url=server.url("?tls=required")))
    assert said.of("mail") == [("bad", "No mail can go: the mail server offers no encryption.")]


def test_no_mail_server_there(make_app: Make) -> None:
    said = look(make_app(mail_url=f"smtp://127.0.0.1:{unused()}"))
    assert said.of("mail") == [("bad", "No mail can go: the mail server could not be reached.")]


def test_a_worker_without_the_certificates_it_was_told_of_says_so(make_app: Make) -> None:
    url = "smtp://u:hunter2@mail.example?cafile=/nowhere/ca.pem"
    app = make_app(mail_url=url)
    said = app.test_cli_runner().invoke(args=["worker"])
    assert (said.exit_code, "hunter2" in said.output) == (1, False)
    assert said.output == "Error: MAIL_URL: there is no file where its cafile points\n"
    assert "there is no file where its cafile points." in look(app).text


def unused() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# --- mail that comes in ---------------------------------------------------------------------------


@contextmanager
def greeting(line: bytes, family: socket.AddressFamily, place: object) -> Iterator[socket.socket]:
    """Somebody who says this to the first who comes."""
    with socket.socket(family) as listener:
        listener.bind(place)  # type: ignore[arg-type]
        listener.listen(1)

        def serve() -> None:
            stream, _ = listener.accept()
            with stream, suppress(OSError):
                stream.sendall(line)
                stream.recv(100)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener
        thread.join(5)


RELAY = {"relay_domain": "reply.board.example", "trusted_authserv_id": "mx.board.example"}


def incoming(make_app: Make, listen: str) -> Said:
    with NameServer({}) as names:
        return look(make_app(**RELAY, lmtp_listen=listen), "--dns", names.place)


def test_mail_that_comes_in_is_taken_by_port_and_by_path(make_app: Make, tmp_path: Path) -> None:
    ready = b"220 board ready\r\n"
    with greeting(ready, socket.AF_INET, ("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert incoming(make_app, f"127.0.0.1:{port}").levels("lmtp") == ["ok"]
    path = str(tmp_path / "lmtp.sock")
    with greeting(ready, socket.AF_UNIX, path):
        assert incoming(make_app, path).levels("lmtp") == ["ok"]


def test_nothing_takes_the_mail(make_app: Make, tmp_path: Path) -> None:
    assert incoming(make_app, f"127.0.0.1:{unused()}").levels("lmtp") == ["bad"]
    assert incoming(make_app, str(tmp_path / "none.sock")).levels("lmtp") == ["bad"]
    with greeting(b"421 busy\r\n", socket.AF_INET, ("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert incoming(make_app, f"127.0.0.1:{port}").levels("lmtp") == ["bad"]


# --- the website ----------------------------------------------------------------------------------


class Site(http.server.BaseHTTPRequestHandler):
    """Answers so, with a clock of its own."""

    status = 200
    off = timedelta()

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.off))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def site(
    tls: ssl.SSLContext | None = None, *, status: int = 200, off: timedelta = timedelta()
) -> Iterator[int]:
    """A website on loopback; yields its port."""
    handler = type("Handler", (Site,), {"status": status, "off": off})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join(5)


HERE = {("www.board.example", "A"): ["127.0.0.1"]}


def visited(make_app: Make, base_url: str) -> Said:
    with NameServer(HERE) as names:
        return look(make_app(base_url=base_url), "--dns", names.place)


def certified(folder: Path, days: int, name: str = "www.board.example") -> ssl.SSLContext:
    """A certificate that counts for so long, trusted for the rest of this test."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, proof = folder / "key.pem", folder / "proof.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", str(days), "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", proof],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(proof, key)
    return context


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (15, "look"), (3, "bad")])
def test_the_days_a_certificate_has_left(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "proof.pem"))
    with site(certified(tmp_path, days)) as port:
        said = visited(make_app, f"https://www.board.example:{port}")

    sentence = f"Its certificate counts for {days - 1} more days."
    assert said.of("website") == [(level, sentence), ("ok", "www.board.example answers.")]


def test_a_certificate_that_does_not_count(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site(certified(tmp_path, 90)) as port:
        said = visited(make_app, f"https://www.board.example:{port}")
    assert said.levels("website") == ["bad"]
    assert "self" in said.of("website")[0][1]

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "proof.pem"))
    with site(certified(tmp_path, 90, "other.example")) as port:
        said = visited(make_app, f"https://www.board.example:{port}")
    assert said.levels("website") == ["bad"]
    assert "ismatch" in said.of("website")[0][1]


def test_a_website_that_leads_nowhere_is_given_a_record(make_app: Make) -> None:
    said = visited(make_app, "https://lost.board.example")

    assert said.of("website") == [("bad", "lost.board.example leads nowhere.")]
    assert "    lost.board.example. IN A 192.0.2.1" in said.advice.splitlines()


def test_a_website_that_is_down_or_broken(make_app: Make) -> None:
    down = visited(make_app, f"http://www.board.example:{unused()}")
    assert down.of("website") == [("bad", "www.board.example does not answer.")]
    with site(status=502) as port:
        broken = visited(make_app, f"http://www.board.example:{port}")
    assert broken.of("website") == [("bad", "www.board.example answers with 502.")]


@pytest.mark.parametrize(
    ("seconds", "level", "way"),
    [(0, "ok", "agrees"), (60, "bad", "s behind that"), (-60, "bad", "s ahead of that")],
)
def test_a_clock_that_goes_wrong(make_app: Make, seconds: int, level: str, way: str) -> None:
    with site(off=timedelta(seconds=seconds)) as port:
        said = visited(make_app, f"http://www.board.example:{port}")

    (found,) = [line for line in said.of("clock") if "website" in line[1]]
    assert found[0] == level
    assert way in found[1]


# --- Redis ----------------------------------------------------------------------------------------


@redis_server.needed
def test_limits_are_shared_while_redis_answers(make_app: Make, tmp_path: Path) -> None:
    assert look(make_app()).of("redis") == []
    redis = Redis(tmp_path)
    app = make_app(redis_url=redis.url.replace("//", "//:s3cret-w0rd@"))
    shared = look(app)
    redis.kill()
    gone = look(app)

    assert shared.of("redis") == [("ok", "It answers: limits are shared.")]
    assert gone.of("redis") == [("look", "It can’t be reached.")]
    assert "each process counts for itself" in gone.advice
    assert "s3cret" not in shared.text + gone.text
