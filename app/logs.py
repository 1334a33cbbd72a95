"""Log lines: JSON for machines, plain ones for people; what they carry, and what they never do.

A line says what happened and where: never to whom, at which address, or in whose words. Of an
error it has the type and the place, not the text, which may quote what somebody typed.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from app.core.addresses import scrub as _scrub

REQUESTS = "app.requests"  # the logger that has a line for each request
FRAMES = 4  # places named of an error, the innermost first
_HIDDEN = "<address>"
_NEAR = re.compile(r"@|%(?:25)?40|&#", re.IGNORECASE)
# What core.addresses, which looks for what people write to each other, may take for something else.
_PLAIN = re.compile(r"[^\s<>\"'(),:;=\[\]\\/]{1,64}(?:@|%(?:25)?40)[^\s<>\"'(),;]{1,255}")
_noted: ContextVar[dict[str, Any] | None] = ContextVar("noted", default=None)


def without_addresses(text: str) -> str:
    """The last guard: `text` with everything replaced that looks like an email address."""
    if not _NEAR.search(text):
        return text
    return _PLAIN.sub(_HIDDEN, _scrub(text, _HIDDEN)[0])


@contextmanager
def noting(**values: Any) -> Iterator[dict[str, Any]]:
    """Every JSON line written meanwhile carries `values`, and what `note` adds to them."""
    noted = dict(_noted.get() or {}, **values)
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(**values: Any) -> None:
    """Add to what lines carry; nothing outside `noting`."""
    if (noted := _noted.get()) is not None:
        noted.update(values)


def noted(name: str) -> str:
    """One of the texts that lines carry just now, such as `request`; '' for none."""
    return str((_noted.get() or {}).get(name, ""))


def where(error: BaseException) -> str:
    """The places an error came through, innermost first: `file:line < file:line`."""
    return _where(error.__traceback__)


def _where(at: TracebackType | None) -> str:
    frames = []
    while at is not None:
        frames.append(f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}")
        at = at.tb_next
    return " < ".join(frames[-FRAMES:][::-1])


class Plain(logging.Formatter):
    """A line as it was always written, without addresses; `whole`: of errors all, not the place."""

    def __init__(
        self, fmt: str | None = None, datefmt: str | None = None, *, whole: bool = False
    ) -> None:
        super().__init__(fmt, datefmt)
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        """The line, its addresses replaced."""
        kept, record.exc_text = record.exc_text, None  # another's form of the same error
        try:
            return without_addresses(super().format(record))
        finally:
            record.exc_text = kept

    def formatException(self, ei: Any) -> str:
        """All of a traceback for a developer; else type and place."""
        return super().formatException(ei) if self._whole else f"{ei[0].__name__}: {_where(ei[2])}"


class Json(logging.Formatter):
    """One JSON object a line: time, level, logger, message, then what was noted."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; every text in it without addresses."""
        line: dict[str, Any] = {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **(_noted.get() or {}),
            **getattr(record, "noted", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, at = record.exc_info
            line |= {"error": kind.__name__, "where": _where(at)}
        told = {name: _plain(value) for name, value in line.items()}
        return json.dumps(told, ensure_ascii=False)


def _moment(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    """What was said; where a library put an error into its words, only the error's type."""
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    if isinstance(record.args, tuple):
        args = tuple(
            type(value).__name__ if isinstance(value, BaseException) else value
            for value in record.args
        )
        return str(record.msg) % args if args else str(record.msg)
    return record.getMessage()


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else without_addresses(str(value))


def begin(*, as_json: bool, whole: bool) -> None:
    """Write this process's lines to standard error from now on; again is the same as once.

    As JSON with a line for each request, and for what ends the process; else only what is wrong,
    with whole tracebacks if `whole`.
    """
    root = logging.getLogger()
    for old in [it for it in root.handlers if isinstance(it, _Ours)]:
        root.removeHandler(old)
    ours = _Ours(sys.stderr)
    ours.setFormatter(Json() if as_json else Plain(whole=whole))
    ours.setLevel(logging.NOTSET if as_json else logging.WARNING)
    root.addHandler(ours)
    _guard_others(as_json=as_json)
    logging.getLogger("app").setLevel(logging.INFO if as_json else logging.WARNING)
    # A slow page is for whoever watches a machine; a newcomer wants one line, not four.
    logging.getLogger(REQUESTS).setLevel(logging.INFO if as_json else logging.ERROR)
    if as_json:
        logging.captureWarnings(True)
        logging.raiseExceptions = False  # else a line that can’t be made is told with its words
        sys.excepthook = _ended
        threading.excepthook = lambda it: _ended(it.exc_type, it.exc_value, it.exc_traceback)


def _guard_others(*, as_json: bool) -> None:
    """Libraries that brought a handler of their own write as we do."""
    for name in ("alembic", "sqlalchemy"):
        theirs = logging.getLogger(name)
        for handler in list(theirs.handlers):
            old = handler.formatter
            if as_json:
                theirs.removeHandler(handler)
            elif not isinstance(old, Plain):
                handler.setFormatter(Plain(old._fmt if old else None, old.datefmt if old else None))


class _Ours(logging.StreamHandler[Any]):
    """The handler that `begin` made."""


def _ended(kind: type[BaseException], error: BaseException | None, at: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log = logging.getLogger("app")
    log.critical("ended by an error", exc_info=(kind, error or kind(), at))
