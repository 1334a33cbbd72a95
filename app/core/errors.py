"""Refusals: small exceptions by which a feature says no; each edge translates them in one table."""

from enum import Enum
from typing import ClassVar

from app.core.i18n import N_


class Kind(Enum):
    """What sort of no it is. The web answers with the HTTP status of the same name (app/web.py)."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_MANY = "too many"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):
    """A no with its reason in plain words; never carries an address or what somebody typed."""

    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = N_("That can’t be done just now.")

    def __init__(self, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.values = values
