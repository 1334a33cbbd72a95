"""What this machine gives the board: room on its disks, and the time of day."""

import ctypes
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.config import Settings
from app.doctor.findings import Finding, bad, look, ok, size

SHORT, NONE = 1_000_000_000, 100_000_000  # bytes free
FEW_FILES = 1000  # that a disk can still take
MOST_OFF = timedelta(seconds=5)
_UNSYNCHRONISED = 0x0040  # STA_UNSYNC of adjtimex(2)


# --- disks ----------------------------------------------------------------------------------------


def disks(settings: Settings) -> Iterator[Finding]:
    """Whether every folder that is written into can be, and has room."""
    for folder in _folders(settings):
        place = _nearest(folder)
        if not os.access(place, os.W_OK | os.X_OK):
            advice = (
                f"Give it to the board: chown -R bothways: {folder}"
                if place == folder
                else f"Make it: install --directory --owner=bothways --mode=700 {folder}"
            )
            yield bad("disk", f"{folder} can’t be written by this user.", advice)
        yield _room(folder, place)


def _folders(settings: Settings) -> list[Path]:
    """Where something is written, each once."""
    found = [settings.state_folder]
    if settings.search_url.startswith("whoosh:"):
        found += [settings.search_folder, settings.vectors_folder.parent]
    if settings.mail_folder is not None:
        found.append(settings.mail_folder)
    return list(dict.fromkeys(found))


def _nearest(folder: Path) -> Path:
    """The folder, or the one in which it will be made."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _room(folder: Path, place: Path) -> Finding:
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    said = f"{folder}: {size(free)} free."
    advice = "Make room on that disk: what is accepted must be written down."
    if disk.f_files and disk.f_favail < FEW_FILES:
        return bad("disk", f"{folder}: hardly any more files can be made.", advice)
    if free < NONE:
        return bad("disk", said, advice)
    return look("disk", said, advice) if free < SHORT else ok("disk", said)


# --- clock ----------------------------------------------------------------------------------------


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; what follows is not read (adjtimex(2))."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    ]


def clock_is_kept() -> Finding:
    """Whether something keeps this machine's clock right."""
    asked = _Timex()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):
        answer = -1
    if answer < 0:
        said = "Whether a time server keeps this machine’s clock right can’t be seen from here."
        return look("clock", said, "Ask the machine itself: timedatectl")
    if asked.status & _UNSYNCHRONISED:
        said = "No time server keeps this machine’s clock right."
        return look("clock", said, "Run: timedatectl set-ntp true")
    return ok("clock", "A time server keeps this machine’s clock right.")


def clock_beside(whose: str, theirs: datetime, ours: datetime) -> Finding:
    """This machine's clock beside another's, asked at the same moment."""
    off = theirs - ours
    if abs(off) <= MOST_OFF:
        return ok("clock", f"It agrees with that of {whose}.")
    way = "behind" if off > timedelta() else "ahead of"
    said = f"It is {abs(off).total_seconds():.0f} s {way} that of {whose}."
    return bad("clock", said, "Let a time server keep both: links and limits go by the clock.")
