"""Refusals: small exceptions by which a feature says no; each edge translates them in one table."""

from enum import Enum
from typing import ClassVar

from app.core.i18n import N_


class Kind(Enum):
    """What sort of no it is. Pages and API answer with its HTTP status (STATUS)."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_MANY = "too many"
    UNAVAILABLE = "unavailable"


STATUS = {
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}


class Refusal(Exception):
    """A no with its reason in plain words; never carries an address or what somebody typed."""

    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = N_("That can’t be done just now.")

    def __init__(self, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.values = values
