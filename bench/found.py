"""From an ad's commit to its being found, through the real web server and worker."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from app.ads import service as ads
from app.ads.lines import read_line
from app.config import ROOT
from app.core.tokens import new_key
from app.db import transaction
from app.people import service as people
from bench import generate

POSTED = 12
PATIENCE = 20.0  # seconds


def times(clock: Callable[[], datetime]) -> list[float]:
    """Seconds from commit to the first search that shows the ad, for several ads in a row.

    The board is the one of the environment (bench.run.board). Searches follow one another without
    a pause, each over a connection of its own, so the search itself is in the figure.
    """
    with _served() as address:
        _get(f"{address}/ads?q={generate.COMMON}")  # opens the index
        return [_one(address, clock) for _ in range(POSTED)]


def _one(address: str, clock: Callable[[], datetime]) -> float:
    word = f"w{new_key()}"
    incoming = read_line(next(generate.ads(1, seed=int(word[1:9], 36))))
    draft = replace(incoming.draft, headline=f"Looking for {word}")
    with transaction() as session:
        writer = people.meet(session, email=incoming.email, now=clock())
        ad, _ = ads.post(session, draft=draft, person=writer, now=clock())
        box = ads.publish(session, ad=ad, now=clock()).box
    began = time.perf_counter()
    while f"/ads/{box}" not in _get(f"{address}/ads?q={word}"):
        assert time.perf_counter() - began < PATIENCE, "posted, and never found"
    took = time.perf_counter() - began
    time.sleep(took % 0.37 + 0.2)  # at another moment of the worker's round each time
    return took


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


@contextmanager
def _served() -> Iterator[str]:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.serve"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port), "DEMO": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert "Ctrl-C" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        process.stdout.close()
