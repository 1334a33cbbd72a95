"""Web and worker together on one machine: what `make run` starts, and what ends them cleanly.

This process imports little and only watches, so that the other two are up in a second or two.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from app import config
from app.config import ROOT, Settings

HOST = "127.0.0.1"
WEB = ("gunicorn", "--config", "python:app.web_server")
WORKER = ("app.boot",)
START_SECONDS = 60  # how long the web server may take to answer, a first start with it
LEAVE_SECONDS = 6  # how long the two may take to end when told to
LOOK_SECONDS, IDLE_SECONDS = 0.05, 0.25  # how often to look at the children: starting, later

NO = {"0", "false", "no", "off"}
# `make run` is one thing to whoever started it: should make be killed, this process ends as well.
MAKE = os.getppid() if "MAKELEVEL" in os.environ else None
Children = dict[str, subprocess.Popen[bytes]]


def serve(port: int, *, demo: bool) -> None:
    """Run web and worker until told to end, or until one of them ends by itself.

    The web process first brings database and index up to date (app.boot.prepare). Exits non-zero,
    with one sentence, when the port is taken, or when one of the two ended by itself.
    """
    try:
        settings = config.load()
    except config.BadSettings as problem:
        sys.exit(str(problem))
    told_to_end = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told_to_end.set())
    children: Children = {}
    try:
        with _listening(port) as listener:
            _start(children, listener, _surroundings(settings, port, demo))
        status = _watch(children, told_to_end, settings, port)
    finally:
        _end(children)
    sys.exit(status)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """The socket the web server will answer on: taken now, so that nobody else can get it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(128)
        except (OSError, OverflowError) as error:
            sys.exit(_why_not(port, error))
        yield listener


def _why_not(port: int, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} is for the system alone. Choose another: PORT=8080 make run"
    if isinstance(error, OverflowError):
        return f"There is no port {port}. Choose one from 1024 to 65535: PORT=8080 make run"
    other = port + 1 if port < 65535 else 8080
    return f"Port {port} is taken by another program. Choose another: PORT={other} make run"


def _surroundings(settings: Settings, port: int, demo: bool) -> dict[str, str]:
    """The children's environment; mailed links lead to this port unless BASE_URL says otherwise."""
    found = os.environ | {"DEMO": "1" if demo else "0"}
    if "base_url" not in settings.model_fields_set:
        found["BASE_URL"] = f"http://{HOST}:{port}"
    return found


def _start(children: Children, listener: socket.socket, surroundings: dict[str, str]) -> None:
    """Start both, in a process group of their own, so that Ctrl-C reaches this process alone.

    Their standard input is a pipe from here, by which they notice if this process is killed.
    """
    number = listener.fileno()
    bind = ("--bind", f"fd://{number}")
    group = 0
    for name, arguments in (("web server", (*WEB, *bind)), ("worker", WORKER)):
        children[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=surroundings,
            pass_fds=(number,) if name == "web server" else (),
            process_group=group,
        )
        group = group or children[name].pid


def _watch(children: Children, told_to_end: Event, settings: Settings, port: int) -> int:
    """Say where the board is as soon as it answers, and wait; returns the exit status."""
    if _wait(lambda: _answers(port), children, told_to_end, START_SECONDS):
        _let_worker_begin(children["worker"])
        print(_where(settings, port), *settings.unset(), sep="\n", flush=True)
        _wait(lambda: False, children, told_to_end, None)
    return 0 if told_to_end.is_set() else _complain(children)


def _let_worker_begin(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdin is not None
    try:
        worker.stdin.write(b"\n")
        worker.stdin.flush()
    except BrokenPipeError:
        return  # it ended, which _wait will notice


def _wait(
    done: Callable[[], bool], children: Children, told_to_end: Event, seconds: float | None
) -> bool:
    """Wait until `done`: True. False when told to end, a child ended, or after `seconds`."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while not told_to_end.wait(IDLE_SECONDS if seconds is None else LOOK_SECONDS):
        if MAKE not in (None, os.getppid()):
            told_to_end.set()
        if any(child.poll() is not None for child in children.values()):
            return False
        if done():
            return True
        if deadline is not None and time.monotonic() > deadline:
            return False
    return False


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _where(settings: Settings, port: int) -> str:
    address = f"http://{HOST}:{port}"
    shows_mails = settings.app_env == "development" and settings.mail_folder is not None
    mails = f"  (mails: {address}/dev/mailbox)" if shows_mails else ""
    return f"{settings.site_name} is at {address}{mails}  Ctrl-C ends it"


def _complain(children: Children) -> int:
    for name, child in children.items():
        if child.poll() is not None:
            print(f"The {name} ended by itself (status {child.returncode}).", file=sys.stderr)
            return 1
    print("The web server does not answer.", file=sys.stderr)
    return 1


def _end(children: Children) -> None:
    """End both, kindly first; nothing of their process group is left behind."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + LEAVE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    if children:
        try:
            os.killpg(next(iter(children.values())).pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        for child in children.values():
            child.wait()


def main() -> None:
    """What `make run` calls: PORT and DEMO from the environment."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal():
        sys.exit("PORT must be a number, as in PORT=8080 make run")
    serve(int(given), demo=os.environ.get("DEMO", "1").lower() not in NO)


if __name__ == "__main__":
    main()
