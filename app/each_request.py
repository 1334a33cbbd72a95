"""What is noted of each request: an id one can quote, a line in the log, its time for /metrics.

The line names the route by our own name for it (`ad.ad`), never the path: that holds Boxes, tokens
and what was searched for. Nor does it say who asked.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from app import logs
from app.pages import metrics

HEADER = "X-Request-ID"
SLOW = 1.0  # seconds; a page that takes so long is worth a look
# Asked every few seconds by whoever watches; only what went wrong is worth a line.
WATCHING = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
# What a proxy may call a request: nothing that could be an address, a link, or two lines.
_SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")
log = logging.getLogger(logs.REQUESTS)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class EachRequest:
    """Around the whole application, so that errors are noted too.

    `trusting`: a proxy of our own stands in front, and may have given the request an id already.
    """

    def __init__(self, inner: Wsgi, *, trusting: bool) -> None:
        self._inner = inner
        self._trusting = trusting

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer as `inner` does, with the request's id in a header."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusting else ""
        request = given if _SANE.fullmatch(given) else secrets.token_hex(8)
        status, began = 500, time.perf_counter()

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, (HEADER, request)], *rest)

        with logs.noting(request=request) as noted:
            try:
                return self._inner(environ, start)
            finally:
                _note(environ, status, time.perf_counter() - began, noted)


def _note(environ: dict[str, Any], status: int, seconds: float, noted: dict[str, Any]) -> None:
    route = noted.get("route", "none")  # app.web names it
    asked = environ.get("REQUEST_METHOD", "")
    method = asked if asked in METHODS else "other"
    metrics.answered(route=route, method=method, status=status, seconds=seconds)
    if "search_ms" in noted:
        metrics.searched(noted["search_ms"] / 1000)
    told = {"method": method, "status": status, "ms": round(seconds * 1000, 1)}
    if seconds >= SLOW:
        log.warning("a slow answer", extra={"noted": told})
    elif route not in WATCHING or status >= 400:
        log.info("answered", extra={"noted": told})
