"""Settings: read once from the environment (and `.env`), typed, every problem named at once."""

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.mail_server import Server

ROOT = Path(__file__).resolve().parent.parent
LEAST_SECRET = 32  # characters; a key one can guess signs nothing
LEAST_LETTERS = 8  # different ones in it
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# A port of this machine, or a socket: whoever can speak to it can pretend to have checked a mail.
_LISTEN = re.compile(r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\]):\d{1,5}|/[^\0\n]{1,100}")
_NAME = re.compile(r"[A-Za-z0-9._:/-]{0,253}")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")

_INDEX_FOLDER = "search_index"
_IN_DATABASE = "postgresql:"

# What a board can be tried without, and what it cannot say or do meanwhile.
_UNSAID = {
    "broker_name": "no page can say who answers for this board",
    "broker_email": "reports are mailed to nobody, and /brokering names nobody to write to",
}


class BadSettings(Exception):
    """Settings that cannot be used; its text names every problem, one a line, and no secret."""


def _weak(key: SecretStr) -> bool:
    plain = key.get_secret_value()
    return len(plain) < LEAST_SECRET or len(set(plain)) < LEAST_LETTERS


# What production refuses of a value: a sentence, or '' if it will do.
_UNSAFE: dict[str, Callable[[Any], str]] = {
    "secret_key": lambda key: (
        f"must be set, to at least {LEAST_SECRET} random characters" if _weak(key) else ""
    ),
    "secret_key_fallbacks": lambda keys: (
        f"each key needs at least {LEAST_SECRET} random characters" if any(map(_weak, keys)) else ""
    ),
    "base_url": lambda url: "" if url.startswith("https://") else "must begin with https://",
    "mail_url": lambda url: (
        "must name a mail server: a folder sends nothing to anybody"
        if url.get_secret_value().startswith("file:")
        else ""
    ),
    "mail_from": lambda sender: (
        "must be an address at your own domain" if sender.endswith("@localhost") else ""
    ),
    "broker_name": lambda name: "" if name else "must say who answers for this board",
    "broker_email": lambda email: (
        "" if email.get_secret_value() else "must say where reports of ads are mailed to"
    ),
}


class Settings(BaseSettings):
    """What an operator may set. The README's table explains each; a test keeps the two alike."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        extra="ignore",
        hide_input_in_errors=True,
        frozen=True,
        validate_default=True,
    )

    app_env: Literal["development", "production"] = "development"
    database_url: SecretStr = SecretStr("sqlite:///instance/bothways.db")
    database_read_url: SecretStr = SecretStr("")
    search_url: str = f"whoosh:{_INDEX_FOLDER}"
    machine_folder: str = Field("instance", min_length=1)
    secret_key: SecretStr = SecretStr("")
    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    base_url: str = "http://127.0.0.1:8000"
    site_name: str = Field("Bothways", min_length=1, max_length=60)
    broker_name: str = Field("", max_length=100)
    broker_email: SecretStr = SecretStr("")
    mail_url: SecretStr = SecretStr("file:instance/mail")
    mail_from: str = "board@localhost"
    relay_domain: str = ""
    relay_to_header: Literal["sink", "real"] = "sink"
    lmtp_listen: str = "127.0.0.1:8024"
    trusted_authserv_id: str = ""
    meaning: Literal["auto", "off"] = "auto"
    redis_url: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["auto", "json", "text"] = "auto"
    proxy_hops: int = Field(0, ge=0, le=10)
    reports_hide: int = Field(3, ge=0, le=100)
    decide_within_days: int = Field(2, ge=1, le=30)
    # How long things are kept. Each least has its reason in the README's table.
    keep_unconfirmed_hours: int = Field(72, ge=24, le=168)
    keep_ended_ads_days: int = Field(365, ge=60, le=1096)
    keep_incoming_mail_days: int = Field(7, ge=6, le=30)
    keep_sent_mail_days: int = Field(14, ge=4, le=90)
    keep_messages_days: int = Field(180, ge=30, le=1096)
    keep_sources_days: int = Field(30, ge=1, le=90)
    keep_moderation_days: int = Field(366, ge=366, le=1096)

    @field_validator("secret_key_fallbacks", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        """Several old keys stand in one variable, parted by commas."""
        if not isinstance(value, str):
            return value
        return tuple(key for key in re.split(r"[,\s]+", value) if key)

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = parts.hostname and not (parts.username or parts.query or parts.fragment)
        if parts.scheme not in {"http", "https"} or not plain or parts.path.strip("/"):
            raise ValueError("must be a web address such as https://board.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url.startswith("postgresql://"):
            if not _names_database(url):
                raise ValueError("must name a database, such as postgresql://host/bothways")
            return value
        start, found, path = url.partition("sqlite:///")
        if start or not found:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if not path.strip("/.") or "?" in path or ":memory:" in path:
            raise ValueError("must name a file, such as sqlite:///instance/bothways.db")
        return value

    @field_validator("database_read_url")
    @classmethod
    def _known_replica(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        url, database = value.get_secret_value(), info.data.get("database_url", SecretStr(""))
        if url and not (url.startswith("postgresql://") and _names_database(url)):
            raise ValueError("must begin with postgresql:// and name the database it follows")
        if url and not database.get_secret_value().startswith("postgresql://"):
            raise ValueError("needs a DATABASE_URL that begins with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and (urlsplit(url).scheme not in {"redis", "rediss"} or not _names_host(url)):
            raise ValueError("must begin with redis:// or rediss://, and name a host")
        return value

    @field_validator("mail_url")
    @classmethod
    def _known_transport(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url.startswith("file:"):
            if _holds_project(_folder(url.removeprefix("file:").removeprefix("//"))):
                raise ValueError("must name a folder of its own, such as file:instance/mail")
        elif urlsplit(url).scheme not in {"smtp", "smtps"} or not _names_host(url):
            raise ValueError("must begin with smtp://, smtps:// or file:, and name where to")
        else:
            Server.from_url(url)
        return value

    @field_validator("search_url")
    @classmethod
    def _known_index(cls, value: str, info: ValidationInfo) -> str:
        if value == _IN_DATABASE:
            database = info.data.get("database_url", SecretStr(_IN_DATABASE))
            if not database.get_secret_value().startswith(_IN_DATABASE):
                raise ValueError("needs a DATABASE_URL that begins with postgresql://")
            return value
        start, found, path = value.partition("whoosh:")
        if start or not found or _holds_project(_folder(path)):
            raise ValueError("must be postgresql: or whoosh: and a folder of its own")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError("must be one plain address such as board@example.org")
        return value

    @field_validator("broker_email")
    @classmethod
    def _broker(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _ADDRESS.fullmatch(value.get_secret_value()):
            raise ValueError("must be one plain address such as broker@example.org")
        return value

    @field_validator("relay_domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        value = value.lower().rstrip(".")
        if value and (len(value) > 190 or not _DOMAIN.fullmatch(value)):
            raise ValueError("must be a domain such as reply.board.example.org")
        return value

    @field_validator("lmtp_listen")
    @classmethod
    def _place_to_listen(cls, value: str) -> str:
        port = int(value.rpartition(":")[2]) if _LISTEN.fullmatch(value) and value[0] != "/" else 0
        if not _LISTEN.fullmatch(value) or port > 65535:
            raise ValueError("must be a port of this machine (127.0.0.1:8024) or a socket’s path")
        return value

    @field_validator("trusted_authserv_id")
    @classmethod
    def _authserv_id(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("must be what your mail server calls itself, such as mx.example.org")
        return value

    @field_validator("site_name", "broker_name")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not value.isprintable() or "=?" in value:
            raise ValueError("must be one line of plain text: it stands in mails, too")
        return value

    @field_validator(*_UNSAFE)
    @classmethod
    def _safe_in_production(cls, value: Any, info: ValidationInfo) -> Any:
        """Field by field, so that these problems are named beside all others."""
        if info.data.get("app_env") == "production":
            assert info.field_name is not None
            if trouble := _UNSAFE[info.field_name](value):
                raise ValueError(trouble)
        return value

    @property
    def mail_folder(self) -> Path | None:
        """The folder mails go to, or None when a mail server takes them."""
        url = self.mail_url.get_secret_value()
        if not url.startswith("file:"):
            return None
        return _folder(url.removeprefix("file:").removeprefix("//"))

    @property
    def logs_json(self) -> bool:
        """Whether log lines are JSON: `auto` has them so in production."""
        return self.log_format == "json" or (
            self.log_format == "auto" and self.app_env == "production"
        )

    @property
    def search_in_database(self) -> bool:
        """Whether the search index lives in the board’s own PostgreSQL."""
        return self.search_url == _IN_DATABASE

    @property
    def search_folder(self) -> Path:
        """Where the search index lives, or would if it were in files."""
        if self.search_in_database:
            return _folder(_INDEX_FOLDER)
        return _folder(self.search_url.removeprefix("whoosh:"))

    @property
    def vectors_folder(self) -> Path:
        """Where the vectors of ads live: beside the search index, and made anew like it."""
        if self.search_in_database:
            return self.state_folder / "vectors"
        return self.search_folder.with_name(f"{self.search_folder.name}.vectors")

    @property
    def sqlalchemy_url(self) -> str:
        """The database address, with a relative SQLite path made to begin at the project."""
        url = self.database_url.get_secret_value()
        _, found, path = url.partition("sqlite:///")
        return f"sqlite:///{ROOT / path}" if found else url

    @property
    def state_folder(self) -> Path:
        """Where this machine keeps what is its own: beside an SQLite database, if there is one."""
        _, found, path = self.sqlalchemy_url.partition("sqlite:///")
        return ROOT / Path(path).parent if found else _folder(self.machine_folder)

    @property
    def secret(self) -> str:
        """The signing key; made and kept on first use in development."""
        return self.secret_key.get_secret_value() or _development_key(
            self.state_folder / "secret_key"
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The signing key, then the keys it replaced, whose signatures still count."""
        return (self.secret, *(key.get_secret_value() for key in self.secret_key_fallbacks))

    def doubtful(self) -> list[str]:
        """A sentence for each setting that works, but hardly as it is meant."""
        if self.relay_domain and not self.trusted_authserv_id:
            return [
                "TRUSTED_AUTHSERV_ID is not set: no answer by mail can be proved, so each one "
                "waits until its sender has pressed a link."
            ]
        return []

    def unset(self) -> list[str]:
        """A sentence for each setting without which the pages cannot say who answers here.

        Production does not start without them.
        """
        return [
            f"{name.upper()} is not set: {trouble}."
            for name, trouble in _UNSAID.items()
            if getattr(self, name) in ("", SecretStr(""))
        ]


def load() -> Settings:
    """Read the settings; raises BadSettings naming every problem at once, secrets never shown."""
    try:
        return Settings()  # type: ignore[call-arg]  # the environment fills them in
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            name = ".".join(str(part) for part in problem["loc"]).upper()
            for text in problem["msg"].removeprefix("Value error, ").splitlines():
                lines.append(f"  {name}: {text}" if name else f"  {text}")
        raise BadSettings("These settings need putting right:\n" + "\n".join(lines)) from None


def _folder(path: str) -> Path:
    """A folder named in a setting; a relative one begins at the project."""
    return ROOT / unquote(path)


def _holds_project(folder: Path) -> bool:
    """Whether the project lies in it: a folder that is emptied or filled must be another."""
    return ROOT.is_relative_to(folder.resolve())


def _names_database(url: str) -> bool:
    """Whether a URL of PostgreSQL says which database; the host may be a socket’s, said later."""
    try:
        parts = urlsplit(url)
        return bool(parts.path.strip("/")) and parts.port != 0
    except ValueError:
        return False


def _names_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # its text quotes what stands for the port: half a password, perhaps
        return False


def _development_key(path: Path) -> str:
    """Return the key kept in `path`, making it first; two starting at once end with one key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        whole.touch(mode=0o600)
        whole.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(whole, path)  # nobody ever reads half a key
        whole.unlink()
    return path.read_text().strip()
