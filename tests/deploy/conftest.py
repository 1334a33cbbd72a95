"""A proxy for each test, where there is an nginx."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy.proxy import PROGRAM, Proxy


@pytest.fixture
def proxy() -> Iterator[Callable[..., Proxy]]:
    """A function that starts nginx in front of the servers at some ports."""
    missing = "" if PROGRAM else "there is no nginx here (apt install nginx)"
    if not missing and not shutil.which("openssl"):
        missing = "openssl is not installed"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"In continuous integration that will not do: {missing}.")
    if missing:
        pytest.skip(f"{missing}.")
    made: list[Proxy] = []
    with TemporaryDirectory(prefix="bothways-nginx-") as folder:

        def make(*ports: int) -> Proxy:
            made.append(Proxy(Path(folder), *ports))
            return made[-1]

        yield make
        for each in made:
            each.stop()
