"""Random names: the secrets inside mailed links, Box numbers, and the public names of threads."""

import hashlib
import re
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing to misread
BOX_LENGTH = 6
_MISREAD = str.maketrans("OIL", "011")


def new_token() -> str:
    """A secret of 192 random bits, safe in a URL: 32 characters."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What the database keeps of a token: its SHA-256 in hex; a stolen copy opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_box() -> str:
    """A Box number: six Crockford base32 characters, 30 random bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(BOX_LENGTH))


def new_key() -> str:
    """The public name of a thread: 16 Crockford characters, 80 random bits, in lower case."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(16)).lower()


def normalise_box(text: str) -> str | None:
    """Return the Box number somebody meant (case, and O/I/L for 0/1/1), or None if it is none."""
    box = text.upper().translate(_MISREAD)
    return box if re.fullmatch(f"[{CROCKFORD}]{{{BOX_LENGTH}}}", box) else None
