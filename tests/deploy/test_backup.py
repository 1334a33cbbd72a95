"""deploy/backup.sh: one more backup, and of the old ones as many as should stay."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import ROOT

OLD = [f"bothways-2026-11-{day:02}T031500Z.backup" for day in range(1, 16)]
OTHERS = ["bothways.db", "notes about bothways-2026-11-01T031500Z.backup"]
KILLED = ".bothways-2026-11-09T031500Z.backup.part"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A project whose `flask backup` writes a word, and a folder with a fortnight of backups."""
    for name in ("deploy", ".venv/bin", "kept"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / "deploy/backup.sh", tmp_path / "deploy")
    python = tmp_path / ".venv/bin/python"
    python.write_text('#!/bin/sh\n[ "$*" = "-m flask backup $4" ] && echo whole > "$4"\n')
    python.chmod(0o755)
    for name in [*OLD, *OTHERS, KILLED]:
        (tmp_path / "kept" / name).touch()
    return tmp_path


def run(board: Path, keep: int) -> int:
    command = [str(board / "deploy/backup.sh"), str(board / "kept"), str(keep)]
    return subprocess.run(command, capture_output=True).returncode


def test_the_newest_stay_and_what_else_lies_there_but_what_a_killed_one_left(board: Path) -> None:
    assert run(board, 14) == 0
    kept = {path.name for path in (board / "kept").iterdir()}
    (new,) = kept - set(OLD) - set(OTHERS)
    assert (board / "kept" / new).read_text() == "whole\n"
    assert kept == {new, *OLD[2:], *OTHERS}


def test_a_backup_that_fails_costs_no_old_one(board: Path) -> None:
    (board / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    assert run(board, 2) != 0
    assert {path.name for path in (board / "kept").iterdir()} == {*OLD, *OTHERS, KILLED}
