"""A real nginx on loopback, told what we recommend, and servers behind it that listen."""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from app.config import ROOT
from tests.waiting import free_port, until

NAME = "board.example.org"
PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_AROUND = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {recommended}
}}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back through the proxy; header names are in lower case."""

    status: int
    text: str
    headers: dict[str, str]


class Proxy:
    """nginx in front of the servers at `ports`; `port` speaks TLS, `plain` does not."""

    def __init__(self, folder: Path, *ports: int) -> None:
        self.folder = folder
        self.port, self.plain = free_port(), free_port()
        certify(folder)
        config = folder / "nginx.conf"
        user = "" if os.geteuid() else "user root;"
        config.write_text(
            _AROUND.format(folder=folder, user=user, recommended=self._recommended(ports))
        )
        command = [PROGRAM or "nginx", "-e", f"{folder}/start.log", "-p", folder, "-c", config]
        self._process = subprocess.Popen(list(map(str, command)))
        until(self._answers, 10)

    def _recommended(self, ports: tuple[int, ...]) -> str:
        """Our configuration, with this machine's files, ports and servers behind."""
        text = (ROOT / "deploy/nginx/bothways.conf").read_text()
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.plain};")
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(self.folder))
        text = text.replace("/var/log/nginx", str(self.folder))
        (server,) = re.findall(r"^ *server 127\.0\.0\.1:8000 .*;$", text, re.MULTILINE)
        others = [server.replace(":8000", f":{port}") for port in ports]
        return text.replace(server, "\n".join(others))

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "start.log").read_text()
        return self.ask("GET", "/", plain=True).status == 301

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)

    def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        plain: bool = False,
    ) -> Answer:
        """One request, over a connection of its own; status 0 if no whole answer came."""
        connection = self.connection(plain=plain)
        try:
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read().decode("utf-8", "replace"), found)
        except (OSError, http.client.HTTPException):
            return Answer(0, "", {})
        finally:
            connection.close()

    def connection(self, *, plain: bool = False) -> http.client.HTTPConnection:
        """A connection to it, the certificate looked at."""
        if plain:
            return http.client.HTTPConnection("127.0.0.1", self.plain, timeout=30)
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        trust.check_hostname = False  # it is asked by number
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trust)

    def log(self) -> str:
        """What it has written down, of requests and of trouble."""
        time.sleep(0.1)  # a line follows its answer
        names = ("bothways.log", "bothways.error.log", "start.log")
        paths = [self.folder / name for name in names]
        return "".join(path.read_text() for path in paths if path.exists())


def certify(folder: Path) -> None:
    """Make a certificate where certbot would put one."""
    name = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    files = ("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    command = ("openssl", "req", "-x509", *curve, "-nodes", "-days", "2", *name, *files)
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


class Behind:
    """A web server that writes down what it is asked; `hangs_up` reads a request and goes."""

    def __init__(self, *, hangs_up: bool = False) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        behind = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                said = {name.lower(): value for name, value in self.headers.items()}
                self.rfile.read(int(said.get("content-length", 0)))
                behind.asked.append((self.command, self.path, said))
                if not hangs_up:
                    self.send_response(200)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
