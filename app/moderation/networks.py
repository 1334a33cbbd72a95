"""Networks that vouch: made, changed, revoked and restored at the desk; read wherever ads stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.ads.service import live_clause
from app.core.text import fold, slugify
from app.moderation import brokers, log
from app.moderation.models import Broker
from app.moderation.network_models import Network, NetworkMember
from app.moderation.network_rules import AT_MOST, NetworkDraft
from app.moderation.refusals import NetworkNameTaken, NetworkUnknown

KIND = "net"  # in the log, with the network's number as subject
_VOUCHES = (NetworkMember.removed_at.is_(None), Network.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Voucher:
    """A network as an ad names it."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Line:
    """A network in the desk's list: how many it vouches for, and how many live ads they have."""

    network: Network
    members: int
    ads: int


def vouchers(session: Session, person_ids: Iterable[int]) -> dict[int, tuple[Voucher, ...]]:
    """Which networks vouch for whom just now, at most three each: one question for a whole page.

    Asked anew for every page and kept nowhere, so that what is revoked is gone with the next one.
    """
    asked = set(person_ids)
    if not asked:
        return {}
    query = (
        sa.select(NetworkMember.person_id, Network.name, Network.slug)
        .join(Network, NetworkMember.network_id == Network.id)
        .where(NetworkMember.person_id.in_(asked), *_VOUCHES)
        .order_by(NetworkMember.joined_at, Network.id)
    )
    found: dict[int, tuple[Voucher, ...]] = {}
    for person_id, name, slug in session.execute(query):
        found[person_id] = (*found.get(person_id, ()), Voucher(name, slug))[:AT_MOST]
    return found


def vouchers_of(session: Session, person_id: int) -> tuple[Voucher, ...]:
    """Which networks vouch for this one just now."""
    return vouchers(session, [person_id]).get(person_id, ())


def any_there(session: Session) -> bool:
    """Whether any network vouches for anybody here, or is ready to."""
    return bool(session.scalar(sa.select(sa.exists().where(Network.revoked_at.is_(None)))))


def standing(session: Session) -> list[Network]:
    """Those that are not revoked, by name."""
    query = sa.select(Network).where(Network.revoked_at.is_(None)).order_by(Network.name)
    return list(session.scalars(query))


def get(session: Session, slug: str) -> Network:
    """The network of that page. Raises NetworkUnknown, also for one that is revoked."""
    query = sa.select(Network).where(Network.slug == slug, Network.revoked_at.is_(None))
    if (network := session.scalar(query)) is None:
        raise NetworkUnknown
    return network


def newest_ads(session: Session, network: Network, *, now: datetime, limit: int) -> list[Ad]:
    """The newest live ads of its members."""
    own = (NetworkMember.network_id == network.id, NetworkMember.removed_at.is_(None))
    members = sa.select(NetworkMember.person_id).where(*own)
    query = sa.select(Ad).where(live_clause(now), Ad.person_id.in_(members))
    return list(session.scalars(query.order_by(Ad.posted_at.desc(), Ad.id.desc()).limit(limit)))


# --- at the desk ----------------------------------------------------------------------------------


def lines(session: Session, *, now: datetime) -> list[Line]:
    """Every network with its numbers, those that are revoked last."""
    member, within = NetworkMember.network_id, NetworkMember.removed_at.is_(None)
    people = sa.select(member, sa.func.count()).where(within).group_by(member)
    theirs = (
        sa.select(member, sa.func.count(Ad.id))
        .join(Ad, Ad.person_id == NetworkMember.person_id)
        .where(within, live_clause(now))
        .group_by(member)
    )
    members = {row[0]: row[1] for row in session.execute(people)}
    ads = {row[0]: row[1] for row in session.execute(theirs)}
    query = sa.select(Network).order_by(Network.revoked_at.is_not(None), Network.name)
    return [Line(n, members.get(n.id, 0), ads.get(n.id, 0)) for n in session.scalars(query)]


def get_any(session: Session, number: int) -> Network:
    """The network of that number, revoked or not. Raises NetworkUnknown."""
    if (network := session.get(Network, number)) is None:
        raise NetworkUnknown
    return network


def add(session: Session, *, draft: NetworkDraft, broker: Broker, now: datetime) -> Network:
    """A new one; `draft` was checked. Raises NetworkNameTaken."""
    _check_name(session, draft.name, 0)
    network = Network(slug=_free_slug(session, draft.name), created_at=now, version=1)
    _fill(network, draft)
    session.add(network)
    session.flush()
    _note(session, network, broker, "net-add", now)
    return network


def change(
    session: Session, *, network: Network, draft: NetworkDraft, broker: Broker, now: datetime
) -> None:
    """Other words. Its page keeps its address; who joined stays. Raises NetworkNameTaken."""
    _check_name(session, draft.name, network.id)
    _fill(network, draft)
    _note(session, network, broker, "net-change", now)


def renew_invitation(session: Session, *, network: Network, broker: Broker, now: datetime) -> None:
    """From now on only a new invitation link counts, and no mail that came of an older one."""
    network.version += 1
    _note(session, network, broker, "net-link", now)


def revoke(session: Session, *, network: Network, broker: Broker, now: datetime) -> None:
    """It vouches for nobody any more, and nobody can join. Twice is once."""
    if network.revoked_at is None:
        network.revoked_at = now
        _note(session, network, broker, "net-revoke", now)


def restore(session: Session, *, network: Network, broker: Broker, now: datetime) -> None:
    """It vouches again for whoever belonged to it, and its invitation counts as before."""
    if network.revoked_at is not None:
        network.revoked_at = None
        _note(session, network, broker, "net-restore", now)


def _fill(network: Network, draft: NetworkDraft) -> None:
    network.name, network.link = draft.name, draft.link
    network.meaning, network.domain = draft.meaning, draft.domain


def _check_name(session: Session, name: str, own: int) -> None:
    others = session.execute(sa.select(Network.id, Network.name).where(Network.id != own))
    if fold(name) in {fold(other) for _, other in others}:
        raise NetworkNameTaken


def _free_slug(session: Session, name: str) -> str:
    wanted = slugify(name) or "network"
    taken = set(session.scalars(sa.select(Network.slug)))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)


def _note(session: Session, network: Network, broker: Broker, what: str, now: datetime) -> None:
    who, subject = brokers.name_of(broker), str(network.id)
    log.write(session, who=who, what=what, kind=KIND, subject=subject, now=now)
