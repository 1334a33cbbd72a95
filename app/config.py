"""Settings: read once from the environment (and `.env`), typed, every problem named at once."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
LEAST_SECRET = 32  # characters; a key one can guess signs nothing


class BadSettings(Exception):
    """Settings that cannot be used; its text names every problem, one a line, and no secret."""


class Settings(BaseSettings):
    """What an operator may set. The README's table explains each; a test keeps the two alike."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    app_env: Literal["development", "production"] = "development"
    database_url: SecretStr = SecretStr("sqlite:///instance/bothways.db")
    search_url: str = "whoosh:search_index"
    secret_key: SecretStr = SecretStr("")
    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    base_url: str = "http://127.0.0.1:8000"
    site_name: str = Field("Bothways", min_length=1, max_length=60)
    broker_name: str = Field("", max_length=100)
    broker_email: SecretStr = SecretStr("")
    mail_url: SecretStr = SecretStr("file:instance/mail")
    mail_from: str = "board@localhost"
    relay_domain: str = ""
    lmtp_listen: str = "127.0.0.1:8024"
    trusted_authserv_id: str = ""
    meaning: Literal["auto", "off"] = "auto"
    redis_url: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    proxy_hops: int = Field(0, ge=0, le=10)

    @field_validator("secret_key_fallbacks", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        """Several old keys stand in one variable, parted by commas."""
        return (
            tuple(k for k in re.split(r"[,\s]+", value) if k) if isinstance(value, str) else value
        )

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("must be a web address such as https://board.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith("sqlite:///"):
            raise ValueError("must begin with sqlite:/// (PostgreSQL comes in a later version)")
        return value

    @field_validator("mail_url")
    @classmethod
    def _known_transport(cls, value: SecretStr) -> SecretStr:
        if urlsplit(value.get_secret_value()).scheme not in {"file", "smtp", "smtps"}:
            raise ValueError("must begin with smtp://, smtps:// or file:")
        return value

    @field_validator("search_url")
    @classmethod
    def _known_index(cls, value: str) -> str:
        if not value.startswith("whoosh:"):
            raise ValueError("must begin with whoosh: and name a folder")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", value):
            raise ValueError("must be one plain address such as board@example.org")
        return value

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.app_env != "production":
            return self
        problems = []
        if len(self.secret_key.get_secret_value()) < LEAST_SECRET:
            problems.append(f"SECRET_KEY must be set, to at least {LEAST_SECRET} random characters")
        if any(len(k.get_secret_value()) < LEAST_SECRET for k in self.secret_key_fallbacks):
            problems.append(f"SECRET_KEY_FALLBACKS: each key needs {LEAST_SECRET} characters")
        if not self.base_url.startswith("https://"):
            problems.append("BASE_URL must begin with https://")
        if self.mail_folder is not None:
            problems.append("MAIL_URL must name a mail server: a folder sends nothing to anybody")
        if self.mail_from.endswith("@localhost"):
            problems.append("MAIL_FROM must be an address at your own domain")
        if not self.broker_name or not self.broker_email.get_secret_value():
            problems.append("BROKER_NAME and BROKER_EMAIL must say who answers for this board")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def mail_folder(self) -> Path | None:
        """The folder mails go to, or None when a mail server takes them."""
        url = self.mail_url.get_secret_value()
        if not url.startswith("file:"):
            return None
        return ROOT / unquote(url.removeprefix("file:").removeprefix("//"))

    @property
    def search_folder(self) -> Path:
        """Where the search index lives."""
        return ROOT / self.search_url.removeprefix("whoosh:")

    @property
    def sqlalchemy_url(self) -> str:
        """The database address, with a relative SQLite path made to begin at the project."""
        prefix, _, path = self.database_url.get_secret_value().partition(":///")
        return f"{prefix}:///{ROOT / path}"

    @property
    def state_folder(self) -> Path:
        """Where a process leaves word for another: beside the database."""
        return ROOT / Path(self.sqlalchemy_url.partition(":///")[2]).parent

    @property
    def secret(self) -> str:
        """The signing key; made and kept on first use in development."""
        return self.secret_key.get_secret_value() or _development_key(
            self.state_folder / "secret_key"
        )


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


def _development_key(path: Path) -> str:
    """Return the key kept in `path`, making it first; two starting at once end with one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, secrets.token_urlsafe(48).encode())
        os.close(handle)
    except FileExistsError:
        pass
    return path.read_text().strip()
