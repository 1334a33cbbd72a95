"""An email address is a secret: this type shows it only to those who ask in so many words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """One email address. `str`, `repr`, f-strings and logs never show it; `reveal` does."""

    _value: str

    def reveal(self) -> str:
        """The address itself: for the envelope of a mail, and for its own owner."""
        return self._value

    @property
    def key(self) -> str:
        """What two spellings of one mailbox share: letters' case tells no two people apart."""
        return self._value.casefold()

    def __repr__(self) -> str:
        return "<address>"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return "<address>"
