"""Who belongs to a network: joining, leaving, being taken out; and what is forgotten of it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.ads import service as ads
from app.ads.models import Ad
from app.core.text import fold
from app.moderation import brokers, log, things
from app.moderation.models import Broker, Handle
from app.moderation.network_models import Network, NetworkMember
from app.moderation.network_rules import MEMBERSHIP_KEPT, is_at
from app.moderation.refusals import NetworkUnknown, NoSuchMember, TakenOut
from app.people.models import Person

PAGE = 50  # members on one page of the desk


@dataclass(frozen=True, slots=True)
class About:
    """What the networks are to one person: theirs, also those that vouch for them no more, oldest
    first; those that could vouch for them by their address, if they wish so; whether any stands.
    """

    memberships: list[NetworkMember]
    offers: list[Network]
    any_there: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the desk sees them: by a handle, with the Boxes of their live ads."""

    handle: str
    joined_at: datetime
    through: str
    removed_at: datetime | None
    boxes: list[str]


def join(
    session: Session, *, network: Network, person: Person, through: str, now: datetime
) -> NetworkMember:
    """The network vouches for them from now on. Twice is once. Raises TakenOut."""
    known = find(session, network, person)
    if known is not None and known.removed_at is not None:
        raise TakenOut
    if known is None:
        known = NetworkMember(
            network_id=network.id, person_id=person.id, through=through, joined_at=now
        )
        session.add(known)
        things.handle_of(session, person)  # what the desk will call them
        session.flush()
    return known


def find(session: Session, network: Network, person: Person) -> NetworkMember | None:
    """What they are to this network: a member, somebody taken out, or None."""
    return session.get(NetworkMember, (network.id, person.id))


def join_by_address(
    session: Session, *, network: Network, person: Person, now: datetime
) -> NetworkMember:
    """The same for somebody whose address is at its domain; NetworkUnknown for everybody else."""
    if not is_at(network.domain, person.email):
        raise NetworkUnknown
    return join(session, network=network, person=person, through="domain", now=now)


def leave(session: Session, *, slug: str, person: Person) -> None:
    """It vouches for them no more, at once. Whom a broker took out stays out; twice is once.

    Raises NetworkUnknown.
    """
    network = session.scalar(sa.select(Network).where(Network.slug == slug))
    if network is None:
        raise NetworkUnknown
    known = find(session, network, person)
    if known is not None and known.removed_at is None:
        session.delete(known)


def of_person(session: Session, person: Person) -> list[NetworkMember]:
    """Their memberships with the networks, also those that vouch for them no more, oldest first."""
    query = sa.select(NetworkMember).filter_by(person_id=person.id)
    query = query.options(joinedload(NetworkMember.network))
    return list(session.scalars(query.order_by(NetworkMember.joined_at, NetworkMember.network_id)))


def about(session: Session, person: Person) -> About:
    """What the networks are to this person, by one question."""
    mine = sa.and_(NetworkMember.network_id == Network.id, NetworkMember.person_id == person.id)
    query = (
        sa.select(Network, NetworkMember)
        .outerjoin(NetworkMember, mine)
        .where(sa.or_(Network.revoked_at.is_(None), NetworkMember.person_id.is_not(None)))
        .order_by(NetworkMember.joined_at, Network.name)
    )
    rows = session.execute(query.options(contains_eager(NetworkMember.network))).all()
    return About(
        memberships=[member for _, member in rows if member is not None],
        offers=[n for n, member in rows if member is None and is_at(n.domain, person.email)],
        any_there=any(network.revoked_at is None for network, _ in rows),
    )


# --- at the desk ----------------------------------------------------------------------------------


def members(
    session: Session, network: Network, *, number: int, now: datetime
) -> tuple[list[Member], int, int]:
    """One page of members, newest first, those taken out last; how many there are of each."""
    own = NetworkMember.network_id == network.id
    counts = sa.select(sa.func.count(), sa.func.count(NetworkMember.removed_at)).where(own)
    total, out = session.execute(counts).one()
    query = (
        sa.select(NetworkMember, Handle.handle)
        .join(Handle, Handle.person_id == NetworkMember.person_id)
        .where(own)
        .order_by(NetworkMember.removed_at.is_not(None), NetworkMember.joined_at.desc())
        .order_by(NetworkMember.person_id.desc())
    )
    rows = session.execute(query.limit(PAGE).offset((number - 1) * PAGE)).all()
    boxes = _boxes(session, [row.person_id for row, _ in rows], now)
    return (
        [
            Member(handle, row.joined_at, row.through, row.removed_at, boxes.get(row.person_id, []))
            for row, handle in rows
        ],
        total - out,
        out,
    )


def _boxes(session: Session, person_ids: list[int], now: datetime) -> dict[int, list[str]]:
    query = sa.select(Ad.person_id, Ad.box).where(ads.live_clause(now))
    found: dict[int, list[str]] = {}
    for person_id, box in session.execute(query.where(Ad.person_id.in_(person_ids))):
        found.setdefault(person_id, []).append(box)
    return found


def take_out(
    session: Session, *, network: Network, named: str, broker: Broker, now: datetime
) -> str:
    """Take out whoever has this handle, or wrote the ad of this Box; returns the handle.

    At once and for good: an invitation does not let them in again. Raises NoSuchMember.
    """
    member, handle = _find(session, network, named)
    if member.removed_at is None:
        member.removed_at = now
        _note(session, network, handle, broker, "unvouch", now)
    return handle


def let_back(
    session: Session, *, network: Network, named: str, broker: Broker, now: datetime
) -> str:
    """Take that back: the network vouches for them again. Raises NoSuchMember."""
    member, handle = _find(session, network, named)
    if member.removed_at is not None:
        member.removed_at = None
        _note(session, network, handle, broker, "revouch", now)
    return handle


def _find(session: Session, network: Network, named: str) -> tuple[NetworkMember, str]:
    named = fold(named.strip()).removeprefix("box").strip().upper()
    handle = session.get(Handle, named)
    ad = ads.find_ad(session, named)
    person_id = handle.person_id if handle else ad.person_id if ad else 0
    member = session.get(NetworkMember, (network.id, person_id))
    if member is None:
        raise NoSuchMember
    person = session.get_one(Person, person_id)
    return member, things.handle_of(session, person)


def _note(
    session: Session, network: Network, handle: str, broker: Broker, what: str, now: datetime
) -> None:
    log.write(
        session,
        who=brokers.name_of(broker),
        what=what,
        kind="person",
        subject=handle,
        reason=f"network {network.id}",
        now=now,
    )


def purge(session: Session, *, now: datetime) -> None:
    """Forget memberships after a year without any ad, and a year after a network was revoked."""
    before = now - MEMBERSHIP_KEPT
    revoked = sa.select(Network.id).where(Network.revoked_at < before)
    writes = sa.exists().where(Ad.person_id == NetworkMember.person_id)
    quiet = sa.and_(NetworkMember.joined_at < before, ~writes)
    over = sa.or_(quiet, NetworkMember.network_id.in_(revoked))
    session.execute(sa.delete(NetworkMember).where(over))
