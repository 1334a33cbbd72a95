"""The units of deploy/systemd, as systemd reads them, and what they start."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

UNITS = ROOT / "deploy/systemd"
HOME = "/srv/bothways"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units in a folder of their own, as if this checkout stood where the paper puts it."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.rglob("*.*"):
        if path.is_file():
            text = path.read_text().replace(f"{HOME}/.venv/bin/python", sys.executable)
            path.write_text(text.replace(HOME, str(ROOT)))
    return folder


def test_systemd_has_nothing_to_say_against_them(units: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze here (apt install systemd)")
    names = sorted(str(path) for path in units.iterdir() if path.is_file())
    assert len(names) >= 6
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True
    )
    # Other units of this machine are read too; what it says of those is not ours.
    ours = [line for line in told.stderr.splitlines() if "bothways" in line]
    assert ours == []


def test_every_service_is_locked_in_and_is_the_boards_own_user() -> None:
    common = (UNITS / "bothways-.service.d/common.conf").read_text()
    for line in ("User=bothways", "UMask=0077", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in common
    for unit in UNITS.glob("*.service"):
        assert unit.name.startswith("bothways-")  # what common.conf is added to
        assert "\nMemoryMax=" in unit.read_text()
        assert not re.search("^(User|ProtectSystem)=", unit.read_text(), re.MULTILINE)


def test_what_they_start_is_there() -> None:
    said = "".join(unit.read_text() for unit in UNITS.glob("*.service"))
    started = re.findall(r"^ExecStart(?:Pre)?=(.*)", said, re.MULTILINE)
    commands = {line.partition(" -m flask ")[2] for line in started} - {""}
    assert commands == {"db upgrade", "worker", "relay lmtp"}
    for command in commands:
        asked = [sys.executable, "-m", "flask", *command.split(), "--help"]
        assert subprocess.run(asked, cwd=ROOT, capture_output=True).returncode == 0
    scripts = [line.split()[0] for line in started if ".venv" not in line]
    assert scripts == [f"{HOME}/deploy/backup.sh"]
    assert os.access(ROOT / "deploy/backup.sh", os.X_OK)
