"""Whether the settings are as they should be, and out of others' sight."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.config import ROOT, Settings
from app.doctor.findings import Finding, bad, look, ok

PART = "settings"
_OTHERS = 0o004  # may be read by anybody on this machine


def check(settings: Settings) -> Iterator[Finding]:
    """What can be said of settings that were taken; bad ones end every command with their list."""
    sentences = [*settings.unset(), *settings.doubtful()]
    for sentence in sentences:
        name = sentence.split()[0]
        yield look(PART, sentence, f"Set {name} in .env, then restart website and worker.")
    if settings.app_env == "development":
        said = "APP_ENV is development: nothing keeps an unsafe setting from being used."
        yield look(PART, said, "For a board that others reach, set APP_ENV=production.")
    elif not sentences:
        yield ok(PART, "Production, and nothing is missing.")
    yield from _env_file(ROOT / ".env", strict=settings.app_env == "production")
    yield from _user(settings)


def _env_file(path: Path, *, strict: bool) -> Iterator[Finding]:
    """It holds the key and the mail server's password."""
    if not path.is_file() or not path.stat().st_mode & _OTHERS:
        return
    said = "Anybody on this machine can read .env, and the key in it."
    yield (bad if strict else look)(PART, said, f"Run: chmod o= {path}")


def _user(settings: Settings) -> Iterator[Finding]:
    """A command that root gives leaves files which the board cannot write."""
    folder = settings.state_folder
    if not folder.is_dir():
        return
    owner = folder.stat().st_uid
    if os.geteuid() != owner:
        said = "You are not the user whose board this is."
        yield look(PART, said, f"Ask again as the owner of {folder}; of files root sees more.")
