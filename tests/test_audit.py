"""`make audit` says what it found, and never that all is well when it could not ask."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.config import ROOT

WELL: dict[str, Any] = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["9.0.1"], "aliases": [], "description": "…"}
BAD = {"name": "atpublic", "version": "9.0.0", "vulns": [HOLE]}
UNKNOWN = {"name": "segno", "skip_reason": "not found"}


def audit(folder: Path, answer: str, trouble: str = "") -> tuple[int, str]:
    """Ask a program that answers so: how it ended and what was said."""
    program = folder / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\necho '{trouble}' >&2\nexit 1\n")
    program.chmod(0o755)
    asked = [sys.executable, "-m", "checks.audit", str(program)]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    return ran.returncode, ran.stdout


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([WELL], 0, "Packages looked up: 1. No known hole in any."),
        ([WELL, BAD], 1, "atpublic 9.0.0: PYSEC-2026-1, mended in 9.0.1"),
        ([WELL, UNKNOWN], 2, "Not looked up: segno."),
    ],
)
def test_it_says_what_was_found(
    tmp_path: Path, packages: list[dict[str, Any]], code: int, said: str
) -> None:
    ended, heard = audit(tmp_path, json.dumps({"dependencies": packages, "fixes": []}))
    assert ended == code
    assert said in heard


def test_it_says_when_it_could_not_ask(tmp_path: Path) -> None:
    ended, heard = audit(tmp_path, "", "ConnectionError: no route")
    assert ended == 2
    assert "Nothing was audited" in heard
    assert "no route" in heard
    assert "no known hole" not in heard
