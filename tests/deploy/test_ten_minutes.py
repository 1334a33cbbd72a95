"""docs/ten-minutes.md: what it has one write down works, and what it names is there."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import ROOT, Settings

PAGE = (ROOT / "docs/ten-minutes.md").read_text("utf-8")


def commands() -> str:
    """All that is to be typed, as one script."""
    return "".join(re.findall(r"^ {4,}(.*\n)", PAGE, re.MULTILINE))


def written(folder: Path) -> Path:
    """The `.env` that the page's own commands write, without those that need a real machine."""
    script = commands()
    said = "".join(re.findall(r"^export .*\n", script, re.MULTILINE))
    kept = re.findall(r"^cat >+ \.env <<END\n.*?^END\n", script, re.MULTILINE | re.DOTALL)
    taken_out = re.findall(r'^sed --in-place "/\^MAIL.*\n', script, re.MULTILINE)
    assert (len(kept), len(taken_out)) == (2, 1)
    subprocess.run(["sh", "-eu"], input=said + kept[0], text=True, cwd=folder, check=True)
    shutil.copy(folder / ".env", folder / "before")
    more = said + taken_out[0] + kept[1]
    subprocess.run(["sh", "-eu"], input=more, text=True, cwd=folder, check=True)
    return folder


def test_its_settings_are_what_production_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    first = Settings(_env_file=folder / "before")  # type: ignore[call-arg]
    assert first.app_env == "production"
    assert (first.site_name, first.proxy_hops) == ("Bothways Ceredigion", 1)
    assert first.mail_url.get_secret_value().startswith("smtp://board%40example.org:password@")
    assert first.doubtful() == first.unset() == []

    later = Settings(_env_file=folder / ".env")  # type: ignore[call-arg]
    assert later.relay_domain == "reply.board.example.org"
    assert later.trusted_authserv_id == "board.example.org"
    assert later.mail_url.get_secret_value() == "smtp://127.0.0.1:10025?tls=none"
    assert later.secret == first.secret
    assert later.doubtful() == []


def test_every_file_and_unit_it_names_is_there() -> None:
    script = commands()
    for name in re.findall(r"\bdeploy/[\w./-]+", script):
        assert (ROOT / name).exists(), name
    units = set(re.findall(r"\bbothways-\w+\.(?:service|socket|timer)", script))
    assert units == {path.name for path in (ROOT / "deploy/systemd").glob("*.*") if path.is_file()}


def test_its_commands_can_be_read_by_a_shell() -> None:
    subprocess.run(["sh", "-n"], input=commands(), text=True, check=True)
    assert all(shlex.split(line) for line in commands().splitlines() if line.startswith("cp "))


def test_postfix_understands_what_it_is_told(tmp_path: Path) -> None:
    if not shutil.which("postconf", path="/usr/sbin:/usr/bin"):
        pytest.skip("there is no Postfix here (apt install postfix)")
    script = commands()
    (told,) = re.findall(r"^cat deploy/postfix/main\.cf .*\n", script, re.MULTILINE)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    said = "BOARD=swap.ceredigion.example\nREPLY=reply.$BOARD\n"
    said += told.replace("/etc/postfix/main.cf", "main.cf")
    subprocess.run(["sh", "-eu"], input=said, text=True, cwd=tmp_path, check=True)
    ours = (tmp_path / "deploy/postfix/master.cf").read_text()
    (tmp_path / "master.cf").write_text(f"lmtp unix - - y - - lmtp\n{ours}")

    for asked in (["-n"], ["-M"]):
        read = subprocess.run(
            ["/usr/sbin/postconf", "-c", str(tmp_path), *asked], capture_output=True, text=True
        )
        assert read.returncode == 0
        assert read.stderr == ""  # an unknown or mistyped name would be complained of
    lines = (tmp_path / "main.cf").read_text()
    assert "relay_domains = reply.swap.ceredigion.example\n" in lines
    assert "board.example" not in re.sub("#.*", "", lines)
