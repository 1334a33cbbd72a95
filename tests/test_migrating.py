"""Machines that start together bring the tables up to date one after the other."""

import os
import subprocess
import sys
from pathlib import Path

from app.config import ROOT
from tests.conftest import settings_in


def test_who_comes_second_waits_and_finds_nothing_to_do(tmp_path: Path) -> None:
    values = settings_in(tmp_path, database_url=f"sqlite:///{tmp_path}/board.db")
    surroundings = os.environ | {"DATABASE_URL": values.database_url.get_secret_value()}
    command = [sys.executable, "-m", "flask", "db", "upgrade"]

    together = [
        subprocess.Popen(command, cwd=ROOT, env=surroundings, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[1] for process in together]

    assert [process.returncode for process in together] == [0, 0, 0], said
    assert sum("Running upgrade" in text for text in said) == 1
