"""Short signatures made with the board's secret key, for what leaves it and comes back."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the first of `keys`, knows what any of them signed. The keys are never shown."""

    keys: Sequence[str] = field(repr=False)

    def sign(self, purpose: str, text: str) -> str:
        """26 characters of a–z and 2–7: 130 bits of HMAC-SHA256 over purpose and text."""
        return _mac(self.keys[0], purpose, text)

    def knows(self, purpose: str, text: str, signature: str) -> bool:
        """Whether one of the keys made this signature; takes the same time for any wrong one."""
        given = signature.lower().encode()
        right = [_mac(key, purpose, text).encode() for key in self.keys]
        return sum(hmac.compare_digest(one, given) for one in right) > 0


def _mac(key: str, purpose: str, text: str) -> str:
    made = hmac.digest(key.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256)
    return b32encode(made).decode().lower()[:26]
