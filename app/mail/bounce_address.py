"""Where mail servers say that a mail could not be delivered: an address nobody can make up. Pure.

`b-<id>x<day>-<mac>`: the outbox row, the last day on which the address counts (days since 1970),
and a signature over both. Letters may come back in any case: servers are known to change it.
"""

import re
from datetime import UTC, datetime, timedelta

from app.core.signing import Signer

LASTS = timedelta(days=30)  # mail servers give a mail up after five days; some people's after weeks
_PURPOSE = "bounce"
_SHAPE = re.compile(r"b-(?P<id>[1-9][0-9]{0,17})x(?P<day>[0-9]{1,6})-(?P<mac>[a-z2-7]{26})")


def bounce_address(signer: Signer, outbox_id: int, now: datetime) -> str:
    """The local part to be named as envelope sender of this outbox row, at most 57 characters."""
    signed = f"{outbox_id}x{_day(now + LASTS)}"
    return f"b-{signed}-{signer.sign(_PURPOSE, signed)}"


def read_bounce_address(signer: Signer, local: str, now: datetime) -> int | None:
    """The outbox id of a local part that we signed and that still counts; else None."""
    shape = _SHAPE.fullmatch(local.lower())
    if shape is None or int(shape["day"]) < _day(now):
        return None
    signed = f"{shape['id']}x{shape['day']}"
    return int(shape["id"]) if signer.knows(_PURPOSE, signed, shape["mac"]) else None


def _day(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() // 86_400)
