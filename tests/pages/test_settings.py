"""Settings: typed, every problem named at once, unsafe ones refused, no secret ever shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.config import ROOT, BadSettings, Settings, load

SAFE = {
    "APP_ENV": "production",
    "SECRET_KEY": "k3y-0f-thirty-two-letters-or-more!",
    "BASE_URL": "https://board.example.org",
    "MAIL_URL": "smtp://postman:s3cret-w0rd@mail.example.org:587",
    "MAIL_FROM": "board@board.example.org",
    "BROKER_NAME": "Teifi Chamber",
    "BROKER_EMAIL": "broker@chamber.example",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but those a test makes."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


def loaded(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load()


def complaints(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(BadSettings) as refused:
        loaded(monkeypatch, **values)
    return str(refused.value)


def test_nothing_need_be_set_to_try_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch)

    assert settings.app_env == "development"
    assert settings.mail_folder == ROOT / "instance/mail"
    assert settings.search_folder == ROOT / "search_index"


def test_a_safe_production_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, **SAFE).mail_folder is None


def test_production_names_all_that_is_unsafe_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = complaints(monkeypatch, APP_ENV="production", SECRET_KEY_FALLBACKS="old, older")

    lines = text.splitlines()[1:]
    named = {line.split(":")[0].strip() for line in lines}
    assert named == {*SAFE, "SECRET_KEY_FALLBACKS"} - {"APP_ENV"}
    assert len(lines) == 7


def test_bad_and_unsafe_ones_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    text = complaints(
        monkeypatch, APP_ENV="production", PROXY_HOPS="many", DATABASE_URL="mysql://x"
    )

    for name in ("PROXY_HOPS", "DATABASE_URL", "SECRET_KEY", "BASE_URL", "MAIL_URL", "BROKER_NAME"):
        assert f"  {name}: " in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", ""),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("BASE_URL", "http://board.example.org"),
        ("MAIL_URL", "file:instance/mail"),
        ("MAIL_FROM", "board@localhost"),
        ("BROKER_NAME", ""),
        ("BROKER_EMAIL", ""),
    ],
)
def test_production_refuses_each_unsafe_one(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    text = complaints(monkeypatch, **(SAFE | {name: value}))

    assert [line.split(":")[0] for line in text.splitlines()[1:]] == [f"  {name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("DATABASE_URL", "mysql://u:pw0rd@h/db"),
        ("DATABASE_URL", "postgresql://u:pw0rd@h"),
        ("DATABASE_URL", "postgresql://u:pw0rd@h:port/db"),
        ("DATABASE_READ_URL", "mysql://u:pw0rd@h/db"),
        ("DATABASE_READ_URL", "postgresql://u:pw0rd@h/db"),  # of no PostgreSQL
        ("REDIS_URL", "memcached://u:pw0rd@h"),
        ("REDIS_URL", "redis://u:pw0rd@h:port"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///x.db?mode=ro"),
        ("SEARCH_URL", "search_index"),
        ("SEARCH_URL", "whoosh:"),
        ("SEARCH_URL", "whoosh:."),
        ("SEARCH_URL", "whoosh:/"),
        ("SEARCH_URL", "whoosh:.."),
        ("SEARCH_URL", "postgresql:"),  # with a database that is a file
        ("SEARCH_URL", "postgresql://elsewhere/board"),
        ("BASE_URL", "board.example.org"),
        ("BASE_URL", "ftp://board.example.org"),
        ("BASE_URL", "https://board.example.org/board"),
        ("BASE_URL", "https://u:pw0rd@board.example.org"),
        ("BASE_URL", "https://board.example.org/?x=pw0rd"),
        ("SITE_NAME", ""),
        ("SITE_NAME", "x" * 61),
        ("SITE_NAME", "Both\nways"),
        ("SITE_NAME", "=?utf-8?q?x?="),
        ("BROKER_NAME", "Teifi\r\nBcc: x"),
        ("BROKER_EMAIL", "the broker"),
        ("BROKER_EMAIL", "Broker <broker@chamber.example>"),
        ("MAIL_FROM", "board"),
        ("MAIL_FROM", "a@b@c"),
        ("MAIL_FROM", "Board <board@example.org>"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://user:pw0rd/x@mail.example.org"),
        ("MAIL_URL", "mail.example.org"),
        ("MAIL_URL", "smtp://user:pw0rd@mail.example.org?tls=maybe"),
        ("MAIL_URL", "smtp://user:pw0rd@mail.example.org?colour=red"),
        ("MAIL_URL", "smtp://user:pw0rd%C3%A9@mail.example.org"),
        ("MAIL_URL", "file:"),
        ("MAIL_URL", "file:."),
        ("RELAY_DOMAIN", "reply"),
        ("RELAY_DOMAIN", "@reply.example.org"),
        ("RELAY_DOMAIN", "reply.example.org:24"),
        ("RELAY_DOMAIN", "127.0.0.1"),
        ("RELAY_DOMAIN", "x." * 100 + "example"),
        ("RELAY_TO_HEADER", "both"),
        ("LMTP_LISTEN", ""),
        ("LMTP_LISTEN", "8024"),
        ("LMTP_LISTEN", "0.0.0.0:8024"),
        ("LMTP_LISTEN", "mail.example.org:8024"),
        ("LMTP_LISTEN", "127.0.0.1:99999"),
        ("LMTP_LISTEN", "lmtp.socket"),
        ("TRUSTED_AUTHSERV_ID", "mx.example.org; dmarc=pass"),
        ("MEANING", "sometimes"),
        ("PROXY_HOPS", "-1"),
        ("PROXY_HOPS", "99"),
        ("PROXY_HOPS", "one"),
    ],
)
def test_each_bad_value_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    text = complaints(monkeypatch, **{name: value})

    assert [line.split(":")[0] for line in text.splitlines()[1:]] == [f"  {name}"]
    assert "pw0rd" not in text
    assert len(value) < 20 or value not in text


SECRETS = {
    "SECRET_KEY": "k3y-0f-thirty-two-letters-or-more!",
    "SECRET_KEY_FALLBACKS": "0lder-key-of-thirty-two-letters-x1",
    "MAIL_URL": "smtp://postman:s3cret-w0rd@mail.example.org",
    "BROKER_EMAIL": "hidden.broker@chamber.example",
    "REDIS_URL": "redis://:r3dis-word@cache.example.org",
    "METRICS_TOKEN": "m3trics-token",
}


def test_secrets_are_in_no_text_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, **SECRETS)

    for text in (repr(settings), str(settings), f"{settings}", settings.model_dump_json()):
        for hidden in ("k3y-0f", "0lder", "s3cret", "hidden.broker", "r3dis", "m3trics"):
            assert hidden not in text


def test_secrets_are_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text = complaints(monkeypatch, **SECRETS, PROXY_HOPS="x", APP_ENV="production")
    with pytest.raises(ValidationError) as refused:
        Settings()  # type: ignore[call-arg]

    for hidden in ("k3y-0f", "0lder", "s3cret", "hidden.broker", "r3dis", "m3trics"):
        assert hidden not in text + str(refused.value) + repr(refused.value)


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path}/x/board.db")
    one, two = Settings(database_url=url), Settings(database_url=url)  # type: ignore[call-arg]

    assert one.secret == two.secret
    assert len(one.secret) >= 32
    key = tmp_path / "x/secret_key"
    assert key.stat().st_mode & 0o077 == 0
    assert [path.name for path in key.parent.iterdir()] == ["secret_key"]


def test_several_old_keys_stand_in_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, SECRET_KEY_FALLBACKS="one, two three,,")

    assert [key.get_secret_value() for key in settings.secret_key_fallbacks] == [
        "one",
        "two",
        "three",
    ]


# --- said at the start ----------------------------------------------------------------------------


def started(tmp_path: Path, *command: str, **values: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.db",
        "SEARCH_URL": f"whoosh:{tmp_path}/index",
    }
    return subprocess.run(
        [sys.executable, *command],
        env=surroundings | values,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_server_says_it_once_and_a_command_not(tmp_path: Path) -> None:
    given = {"RELAY_DOMAIN": "reply.example.org"}
    served = started(tmp_path, "-c", "import wsgi", **given)
    ran = started(tmp_path, "-m", "flask", "--help", **given)

    assert served.stderr.count("TRUSTED_AUTHSERV_ID is not set") == 1
    assert ran.returncode == 0
    assert "TRUSTED_AUTHSERV_ID" not in ran.stderr + ran.stdout


def test_answers_by_mail_that_nothing_can_prove_are_spoken_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert loaded(monkeypatch).doubtful() == []
    (sentence,) = loaded(monkeypatch, RELAY_DOMAIN="Reply.Example.org").doubtful()
    assert sentence.startswith("TRUSTED_AUTHSERV_ID is not set: ")
    settled = loaded(monkeypatch, TRUSTED_AUTHSERV_ID="mx.example.org")
    assert (settled.doubtful(), settled.relay_domain) == ([], "reply.example.org")


def test_what_is_unset_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = loaded(
        monkeypatch, BROKER_NAME="Teifi Chamber", BROKER_EMAIL="broker@chamber.example"
    )
    assert settled.unset() == []
    (sentence,) = loaded(monkeypatch, BROKER_EMAIL="").unset()
    assert sentence.startswith("BROKER_EMAIL is not set: ")


@pytest.mark.parametrize("place", ["127.0.0.1:24", "localhost:8024", "[::1]:8024", "/run/b/lmtp"])
def test_mail_is_taken_in_on_this_machine(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    assert loaded(monkeypatch, LMTP_LISTEN=place).lmtp_listen == place


@pytest.mark.parametrize("command", [("-c", "import wsgi"), ("-m", "flask", "outbox", "status")])
def test_bad_settings_end_it_with_their_list_and_no_traceback(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    ended = started(tmp_path, *command, PROXY_HOPS="x", APP_ENV="production")

    assert ended.returncode != 0
    assert "These settings need putting right:\n" in ended.stderr
    assert "  PROXY_HOPS: " in ended.stderr
    assert "  BASE_URL: must begin with https://" in ended.stderr
    assert "Traceback" not in ended.stderr
