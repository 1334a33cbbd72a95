"""A network's invitation: signed, never stored, and worthless as soon as there is a newer one."""

import re

from sqlalchemy.orm import Session

from app.core.signing import Signer
from app.moderation.network_models import Network
from app.moderation.refusals import InvitationUnknown

_PURPOSE = "invitation"
_TOKEN = re.compile(r"([0-9]{1,9}-[0-9]{1,9})-([a-z2-7]{26})", re.ASCII)


def token_of(network: Network, signer: Signer) -> str:
    """What its invitation link ends in: `3-1-` and a signature."""
    named = subject_of(network)
    return f"{named}-{signer.sign(_PURPOSE, named)}"


def subject_of(network: Network) -> str:
    """Which invitation of which network a mailed link came of."""
    return f"{network.id}-{network.version}"


def find(session: Session, token: str, signer: Signer) -> Network:
    """The network that this token invites to.

    Raises InvitationUnknown, in the same words for what was guessed or altered, for one that a
    newer one has replaced, and for a network that is revoked.
    """
    parts = _TOKEN.fullmatch(token.lower())
    if parts is None or not signer.knows(_PURPOSE, parts[1], parts[2]):
        raise InvitationUnknown
    return of_subject(session, parts[1])


def of_subject(session: Session, subject: str) -> Network:
    """The network a mailed link leads to, while its invitation counts. Raises InvitationUnknown."""
    number, _, _version = subject.partition("-")
    network = session.get(Network, int(number)) if number.isdecimal() else None
    if network is None or network.revoked_at is not None or subject_of(network) != subject:
        raise InvitationUnknown
    return network
