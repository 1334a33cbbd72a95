"""The container files, as far as they can be read without an engine."""

import re
from typing import Any

import pytest

from app.config import ROOT, Settings

FOLDER = ROOT / "deploy/container"


def services() -> dict[str, dict[str, Any]]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return dict(yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"])


def test_what_the_image_is_made_of_is_there_and_is_let_in() -> None:
    lines = (FOLDER / "Containerfile").read_text().replace("\\\n", " ")
    copied = [
        name
        for line in re.findall(r"^COPY (.*) \S+$", lines, re.MULTILINE)
        for name in line.split()
    ]
    let_in = {
        line[1:]
        for line in (FOLDER / "Containerfile.dockerignore").read_text().splitlines()
        if line[:1] == "!"
    }
    assert set(copied) == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert lines.index("\nUSER bothways\n") < lines.index("\nCMD ")


def test_every_program_of_the_board_is_run_locked_in_with_settings_that_are_safe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = {name: one for name, one in services().items() if one.get("image") == "bothways"}
    assert set(ours) == {"tables", "web", "worker", "lmtp"}
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for one in ours.values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        said = {
            k: re.sub(r"\$\{(\w+).*?\}", "stands.here", v) for k, v in one["environment"].items()
        }
        given: dict[str, Any] = {
            "secret_key": "only for this test, and long enough for it",
            "broker_name": "Teifi Chamber",
            "broker_email": "broker@chamber.example",
            "mail_url": "smtp://mail.example",
            "mail_from": "board@board.example",
        }
        given |= {k.lower(): v for k, v in said.items() if k.lower() in Settings.model_fields}
        assert Settings(_env_file=None, **given).proxy_hops == 1  # type: ignore[call-arg]
