"""Tables of vouching: the networks that do, and who belongs to them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base


class Network(Base):
    """A chamber, club or university that vouches for its members, until `revoked_at`.

    Its invitation is signed from `id` and `version` and kept nowhere; a new version makes the old
    one worthless. `domain`: addresses there may join too, '' for none.
    """

    __tablename__ = "networks"
    __table_args__ = {"sqlite_autoincrement": True}  # an old invitation never means another one

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(70), unique=True)  # stays when the name changes
    name: Mapped[str] = mapped_column(sa.String(60))
    link: Mapped[str] = mapped_column(sa.String(200))
    meaning: Mapped[str] = mapped_column(sa.String(300))
    domain: Mapped[str] = mapped_column(sa.String(100))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class NetworkMember(Base):
    """Somebody a network vouches for. With `removed_at` a broker took them out, and they stay out.

    `through`: by what they joined, `link` (an invitation) or `domain` (their address).
    """

    __tablename__ = "network_members"

    network_id: Mapped[int] = mapped_column(
        sa.ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    through: Mapped[str] = mapped_column(sa.String(6))
    joined_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    network: Mapped[Network] = relationship()
