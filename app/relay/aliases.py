"""Aliases: for each side of a thread the address its own replies go to."""

import re
import secrets
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.relay.models import Alias, Thread
from app.relay.policy import Role

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ALIAS = re.compile(r"m[a-z2-7]{26}")


def alias_of(session: Session, *, thread: Thread, role: Role) -> str:
    """The part before the @ that this side writes to: `m` and 130 random bits; made if need be."""
    known = session.scalar(
        select(Alias.local).where(Alias.thread_id == thread.id, Alias.role == role)
    )
    if known is not None:
        return known
    local = "m" + "".join(secrets.choice(_LETTERS) for _ in range(26))
    session.add(Alias(local=local, thread_id=thread.id, role=role))
    session.flush()
    return local


def find_by_alias(session: Session, local: str) -> tuple[Thread, Role] | None:
    """The thread and the side whose alias this is, in any case of letters; None for no alias."""
    local = local.lower()
    if not _ALIAS.fullmatch(local):
        return None
    alias = session.get(Alias, local)
    return (
        None
        if alias is None
        else (session.get_one(Thread, alias.thread_id), cast(Role, alias.role))
    )
