"""Every machine of a board: web hosts, database, replica, Redis, nginx, and the workers.

The process is already alone in its namespaces (see `__main__`), so nothing of this is seen outside,
and all of it ends with the process.
"""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.config import ROOT
from bench.load import databases, network
from bench.load.network import PRIMARY, REDIS, REPLICA, WEB
from tests.deploy.proxy import NAME, PROGRAM, certify
from tests.postgres_server import programs

WORKERS = ("worker1", "worker2")
PATIENCE = 300.0  # seconds; nothing here should take so long
_AROUND = """
daemon off; user root; worker_processes auto; pid {folder}/nginx.pid;
error_log {folder}/start.log; worker_rlimit_nofile 4096;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {recommended}
}}
"""


class Machines:
    """All of them; each has its files, and a log of its name, in `folder`."""

    def __init__(self, folder: Path, visitors: int) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        network.make(visitors)
        version = 15 if programs(15) else 16  # Debian's has pg_trgm
        self.primary = databases.database(folder / "database", version, PRIMARY)
        self.primary_url = f"postgresql://postgres@{PRIMARY}/bothways"
        self.replica_url = f"postgresql://postgres@{REPLICA}/bothways"

    # --- one program ---

    def start(self, name: str, *command: str, at: str = "", cwd: Path | None = None) -> None:
        """Start it as `name`, its output in a file of that name; `at` is a network namespace."""
        there = ["ip", "netns", "exec", at] if at else []
        own_name = ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', name]
        with (self.folder / f"{name}.log").open("ab") as out:
            self.running[name] = subprocess.Popen(
                [*there, *own_name, *command],
                cwd=cwd or self.folder,
                env=self._surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End it and all it started, without a word of warning."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # --- the board ---

    def prepare(self, ads: Path) -> None:
        """Migrate, import, and let a replica follow."""
        databases.say(self.primary.url(), "CREATE DATABASE bothways")
        if self.primary.version == 15:
            databases.say(self.primary_url, "CREATE EXTENSION pg_trgm")
        for name in (*WEB, *WORKERS):
            self._install(name)
        self.flask("db", "upgrade")
        self.flask("ads", "import", str(ads))
        self.flask("search", "rebuild")
        databases.say(self.primary_url, "ANALYZE")
        databases.listen(self.folder / "replica", REPLICA)
        self.replica = self.primary.follower(self.folder / "replica")

    def serve(self) -> None:
        """Start what answers visitors, and wait until it does."""
        self.start_redis()
        for name in WORKERS:
            worker = '"$0" -m flask worker'
            self.start(name, *_kept(worker), sys.executable, cwd=self.folder / name)
        for name in WEB:
            self.start_web(name)
        for address in WEB.values():
            _until(partial(ready, address))
        self._start_nginx()

    def settle(self) -> None:
        """Let the workers read all ads for matching before anybody looks at a clock."""
        with databases.outside(self.primary_url) as connection:
            query = sa.text("SELECT count(*) FROM matching_marks")
            _until(lambda: connection.execute(query).scalar_one() == 0)

    def start_redis(self) -> None:
        """Redis, which keeps nothing."""
        alone = ("--save", "", "--appendonly", "no", "--protected-mode", "no")
        self.start("redis", "redis-server", "--bind", REDIS, "--dir", str(self.folder), *alone)

    def start_web(self, name: str) -> None:
        """A web host as deploy/systemd starts it, but with an address instead of its socket."""
        gunicorn = '"$0" -m gunicorn --config python:app.web_service --bind "$1"'
        command = (*_kept(gunicorn), sys.executable, f"{WEB[name]}:8000")
        self.start(name, *command, at=name, cwd=self.folder / name)

    def flask(self, *command: str) -> str:
        """Run a command of the board on the first worker's machine, to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=self.folder / WORKERS[0],
            env=self._surroundings(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def groups(self) -> dict[str, list[int]]:
        """The first process of each part, by the part's name."""
        found = {name: [process.pid] for name, process in self.running.items()}
        for name, server in (("database", self.primary), ("replica", self.replica)):
            found[name] = [int((server.data / "postmaster.pid").read_text().split()[0])]
        return found

    def _install(self, name: str) -> None:
        """The board's files on a machine of that name: it shares none with another."""
        there = self.folder / name
        there.mkdir()
        for part in ("app", "migrations"):
            left = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, there / part, ignore=left)
        shutil.copy(ROOT / "wsgi.py", there)

    def _surroundings(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DATABASE_URL": self.primary_url,
            "DATABASE_READ_URL": self.replica_url,
            "SEARCH_URL": "postgresql:",
            "REDIS_URL": f"redis://{REDIS}:6379/0",
            "MAIL_URL": f"file:{self.folder}/mail",
            "MAIL_FROM": f"board@{NAME}",
            "SECRET_KEY": "for measuring only, and long enough to be one",
            "BASE_URL": f"https://{NAME}",
            "BROKER_NAME": "Whoever measures",
            "BROKER_EMAIL": "broker@bench.invalid",
            "MEANING": "off",
            "LOG_FORMAT": "json",
            "PROXY_HOPS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _start_nginx(self) -> None:
        """nginx as we recommend it, with these machines behind it."""
        certify(self.folder)
        text = (ROOT / "deploy/nginx/bothways.conf").read_text()
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(self.folder))
        text = text.replace("/var/log/nginx", str(self.folder))
        (server,) = re.findall(r"^ *server 127\.0\.0\.1:8000 .*;$", text, re.MULTILINE)
        servers = [server.replace("127.0.0.1", address) for address in WEB.values()]
        text = text.replace(server, "\n".join(servers))
        config = self.folder / "nginx.conf"
        config.write_text(_AROUND.format(folder=self.folder, recommended=text))
        early = f"{self.folder}/start.log"
        self.start("nginx", str(PROGRAM), "-e", early, "-p", str(self.folder), "-c", str(config))
        time.sleep(1)


def _kept(command: str) -> tuple[str, str, str]:
    """As deploy/systemd has it: tables first, and whatever ends is begun again after a while."""
    return "sh", "-c", f'while :; do "$0" -m flask db upgrade && {command}; sleep 3; done'


def missing() -> str:
    """What this machine lacks for it, in a sentence; '' if nothing."""
    if os.geteuid() != 0:
        return "This needs root: it makes network namespaces."
    for program in ("ip", "unshare", "redis-server", "openssl"):
        if not shutil.which(program):
            return f"This needs the program {program}."
    if not PROGRAM:
        return "This needs nginx (apt install nginx)."
    return "" if programs(15) or programs(16) else "This needs a PostgreSQL 15 or 16."


def ready(address: str) -> bool:
    """Whether the web host there says that it is able to serve."""
    connection = http.client.HTTPConnection(address, 8000, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("A machine did not come up; see its log.")
        time.sleep(0.2)
