"""What tells whether two tables hold the same. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Part = list[bytes]  # lines of app.backup.values.to_line


class Sum(NamedTuple):
    """What a table comes to: its rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


@dataclass(slots=True)
class Tally:
    """A Sum while it is made."""

    rows: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, lines: Iterable[bytes]) -> None:
        """Count these lines, each with the line break that ends it."""
        for line in lines:
            self.rows += 1
            self.hash.update(line)
            self.hash.update(b"\n")

    @property
    def sum(self) -> Sum:
        """What it comes to so far."""
        return Sum(self.rows, self.hash.hexdigest())


def sum_of(parts: Iterable[Part]) -> Sum:
    """What these lines come to."""
    tally = Tally()
    for part in parts:
        tally.add(part)
    return tally.sum
