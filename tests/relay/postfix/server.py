"""A real Postfix on loopback, with a configuration and a queue of its own."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from app.config import ROOT
from tests.waiting import free_port, until

AUTHSERV = "mx.board.example"
_PROGRAMS = Path("/usr/lib/postfix/sbin")
_SERVICES = """
{public} inet n - n - - smtpd
  -o mynetworks=
  -o smtpd_sender_restrictions=$sender_checks
{ours} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Takes mail from strangers at port `public`, from the board at `ours`; the rest of the world
    is the server at port `world`."""

    def __init__(self, folder: Path, *, domain: str, lmtp: int, world: int) -> None:
        self.folder, self.domain, self.lmtp = folder, domain, lmtp
        self.public, self.ours = free_port(), free_port()
        self._etc = folder / "etc"
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        (self._etc / "main.cf").write_text(self._main(lmtp, world))

    def start(self, *checked: str) -> None:
        """Start it. Mails from the addresses `checked` count as proven, as a milter would say."""
        passes = " ".join(
            f"{{ {address} = PREPEND Authentication-Results: {AUTHSERV}; dmarc=pass"
            f" header.from={address.rpartition('@')[2]} }}"
            for address in checked
        )
        with (self._etc / "main.cf").open("a") as main:
            main.write(f"sender_checks = check_sender_access inline:{{ {passes} }}\n")
        services = _SERVICES.format(public=self.public, ours=self.ours)
        (self._etc / "master.cf").write_text(services)
        self._postfix("start")
        until(lambda: "daemon started" in self.said())

    def stop(self) -> None:
        """End it and what it started."""
        self._postfix("stop", check=False)
        pid = self.folder / "queue/pid/master.pid"
        deadline = time.monotonic() + 10
        while pid.exists() and _runs(pid.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)

    def said(self) -> str:
        """Its log."""
        log = self.folder / "postfix.log"
        return log.read_text() if log.exists() else ""

    def _main(self, lmtp: int, world: int) -> str:
        """The configuration we recommend, and what makes this one private."""
        recommended = (ROOT / "deploy/postfix/main.cf").read_text()
        recommended = recommended.replace("reply.board.example", self.domain)
        recommended = recommended.replace("127.0.0.1:8024", f"127.0.0.1:{lmtp}")
        return f"""
compatibility_level = 3.6
config_directory = {self._etc}
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
daemon_directory = {_PROGRAMS}
maillog_file = {self.folder}/postfix.log
maillog_file_prefixes = {self.folder}
myhostname = {AUTHSERV}
mydestination =
mynetworks = 127.0.0.1/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
default_transport = smtp:[127.0.0.1]:{world}
smtp_tls_security_level = none
smtpd_tls_security_level = none
minimal_backoff_time = 1s
queue_run_delay = 1s
notify_classes =
{recommended}
"""

    def _postfix(self, command: str, *, check: bool = True) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self._etc), command], capture_output=True, text=True, timeout=60
        )
        assert not check or done.returncode == 0, done.stderr


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    return True
