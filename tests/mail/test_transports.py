"""The two ways out: a folder, and a real mail server in good and bad moods."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.core.mail_server import Server
from app.core.secret import Address
from app.core.signing import Signer
from app.mail import transports
from app.mail.bounce_address import read_bounce_address
from app.mail.policy import Later, Never, Outcome, Paused, Sent, Trouble
from app.mail.transports import FolderTransport, Parcel, Returns, SmtpTransport, Transport
from tests.faults.board import make_app
from tests.mail.conftest import NOON
from tests.mail.server import HANG, MailServer

MIME = b"From: a@b.example\r\nSubject: x\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"
PARCEL = Parcel(7, Address("anwen@home.example"), MIME, NOON)


def send(url: str, parcel: Parcel = PARCEL) -> Outcome:
    transport = SmtpTransport(url, mail_from="board@board.example.org")
    try:
        return transport.deliver(parcel)
    finally:
        transport.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for 127.0.0.1, its key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, both = folder / "key.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=board", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", both],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(both.read_bytes() + key.read_bytes())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def test_a_folder_gets_one_file_a_mail_in_order_of_time(tmp_path: Path) -> None:
    folder = FolderTransport(tmp_path / "mail")
    for number in (12, 7, 7):
        assert folder.deliver(Parcel(number, PARCEL.recipient, MIME, NOON)) == Sent()
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [
        "20260302T120000Z-00000007.eml",
        "20260302T120000Z-00000012.eml",
    ]
    assert files[0].read_bytes() == MIME


def test_a_folder_that_can_not_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    assert FolderTransport(tmp_path / "mail").deliver(PARCEL) == Later(Trouble.NO_FOLDER)


def test_the_bytes_arrive_unchanged_dots_included(server: MailServer) -> None:
    assert send(server.url()) == Sent()
    assert server.mails == [("board@board.example.org", "anwen@home.example", MIME)]
    assert server.encrypted == [False]


def test_a_mail_that_matters_comes_back_to_an_address_of_its_own(server: MailServer) -> None:
    signer = Signer(("a key that nobody knows",))
    returns = Returns(signer, "relay.example.org")
    sender = "board@board.example.org"
    transport = SmtpTransport(server.url(), mail_from=sender, returns=returns)
    mattering = Parcel(7, PARCEL.recipient, MIME, NOON, comes_back=True)
    for parcel in (mattering, mattering, PARCEL):
        assert transport.deliver(parcel) == Sent()
    transport.close()

    senders = [sender for sender, _, _ in server.mails]
    assert senders[0] == senders[1]
    assert senders[2] == sender
    local, _, domain = senders[0].partition("@")
    assert (read_bounce_address(signer, local, NOON), domain) == (7, "relay.example.org")
    assert [mime for _, _, mime in server.mails] == [MIME] * 3


def test_encryption_is_taken_where_it_is_offered(tls: ssl.SSLContext) -> None:
    with MailServer(tls=tls) as server:
        assert send(server.url()) == Sent()
        assert send(server.url("?tls=none")) == Sent()
        assert server.encrypted == [True, False]


def test_required_encryption_proves_the_certificate(tls: ssl.SSLContext, certificate: Path) -> None:
    with MailServer(tls=tls) as server:
        assert send(server.url("?tls=required")) == Paused(Trouble.NOT_TRUSTED)
        assert send(server.url(f"?tls=required&cafile={certificate}")) == Sent()
        assert server.encrypted == [True]


def test_required_encryption_that_is_not_offered_sends_nothing(server: MailServer) -> None:
    assert send(server.url("?tls=required")) == Paused(Trouble.NO_ENCRYPTION)
    assert server.mails == []


def test_tls_from_the_first_byte(tls: ssl.SSLContext, certificate: Path) -> None:
    with MailServer(implicit_tls=tls) as server:
        assert send(server.url(scheme="smtps")) == Paused(Trouble.NOT_TRUSTED)
        assert send(server.url(f"?cafile={certificate}", scheme="smtps")) == Sent()


def test_a_login_with_its_percent_signs_decoded() -> None:
    with MailServer(login=("board", "p@ss:w/rd%")) as server:
        assert send(server.url(login="board:p%40ss%3Aw%2Frd%25@")) == Sent()


def test_a_refused_login_pauses_everything() -> None:
    with MailServer(login=("board", "right")) as server:
        assert send(server.url(login="board:wrong@")) == Paused(Trouble.REFUSED_LOGIN)
        assert send(server.url()) == Paused(Trouble.NO_LOGIN)
        assert server.mails == []


def test_a_server_without_logins_pauses_everything(server: MailServer) -> None:
    assert send(server.url(login="board:right@")) == Paused(Trouble.NO_LOGIN)


def test_a_refused_sender_is_not_held_against_the_recipient(server: MailServer) -> None:
    server.answers["MAIL"] = ["553 5.1.8 who are you", "421 4.3.2 going down"]
    assert send(server.url()) == Later(Trouble.REFUSED_SENDER)
    assert send(server.url()) == Later(Trouble.BUSY)


def test_an_address_no_mail_can_carry_is_never_tried(server: MailServer) -> None:
    assert send(server.url(), Parcel(1, Address("ŵyn@x.example"), MIME, NOON)) == Never(
        Trouble.BAD_ADDRESS
    )
    assert server.connections == 0


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        assert send(f"smtp://127.0.0.1:{taken.getsockname()[1]}") == Later(Trouble.UNREACHABLE)


def test_a_server_that_never_greets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert send(f"smtp://127.0.0.1:{silent.getsockname()[1]}") == Later(Trouble.DROPPED)


def test_a_server_that_thinks_for_too_long_after_data(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "ATTEMPT_SECONDS", 0.4)
    server.answers["DATA"] = [HANG]
    assert send(server.url()) == Later(Trouble.DROPPED)


def test_a_connection_the_server_has_closed_is_replaced(server: MailServer) -> None:
    transport = SmtpTransport(server.url(), mail_from="board@board.example.org")
    assert transport.deliver(PARCEL) == Sent()
    assert server.smtpd
    server.smtpd.transport.abort()
    assert transport.deliver(PARCEL) == Sent()
    transport.close()
    assert len(server.mails) == 2


@pytest.mark.parametrize(
    "url",
    ["smtp://", "smtp://u:hunter2@h:99999", "smtp://u:hunter2@h?tls=maybe", "smtp://h?what=x",
     "smtp://u:hunter2@h?tls", "smtp://u:hunter2%C3%A9@h"],
)  # fmt: skip
def test_a_mail_url_that_makes_no_sense_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|can’t be read") as refusal:
        Server.from_url(url)
    assert "hunter2" not in repr(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_password_never_shows(server: MailServer) -> None:
    transport = SmtpTransport(server.url(login="u:hunter2@"), mail_from="board@x.example")
    assert "hunter2" not in repr(transport) + repr(vars(transport))


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mail.example", "opportunistic", 25),
        ("smtp://u:p@mail.example", "required", 587),
        ("smtp://u:p@mail.example:2525?tls=none", "none", 2525),
        ("smtp://u:p@127.0.0.1", "opportunistic", 587),
        ("smtps://u:p@mail.example", "required", 465),
    ],
)
def test_a_password_travels_encrypted_unless_told_otherwise(url: str, tls: str, port: int) -> None:
    server = Server.from_url(url)
    assert (server.tls, server.port) == (tls, port)


def test_with_a_relay_domain_the_settings_key_signs_where_mails_come_back_to(
    server: MailServer,
) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        secret_key=SecretStr("a key for tests that is long enough"),
        mail_url=SecretStr(server.url()),
        relay_domain="relay.example.org",
    )
    transport = transports.of(settings)
    transport.deliver(Parcel(7, PARCEL.recipient, MIME, NOON, comes_back=True))
    transport.close()

    ((sender, _, _),) = server.mails
    local, _, domain = sender.partition("@")
    assert read_bounce_address(Signer(settings.secrets), local, NOON) == 7
    assert domain == "relay.example.org"


def test_settings_choose_the_transport(tmp_path: Path) -> None:
    def chosen(mail_url: str) -> Transport:
        app = make_app(tmp_path / "board.db", mail_url)
        return transports.of(app.extensions["settings"])

    assert isinstance(chosen(f"file:{tmp_path}"), FolderTransport)
    assert isinstance(chosen("smtp://mail.example"), SmtpTransport)
