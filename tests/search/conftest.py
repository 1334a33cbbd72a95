"""A small database of ads beside an index, without pages, mails or a worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from app.ads import service as ads
from app.ads.models import Ad, AdSkill
from app.catalogue.places import find_places
from app.catalogue.skills import skill_key
from app.core.secret import Address
from app.db import Base
from app.people.models import Person
from app.search import projection
from app.search.index import Index
from app.search.whoosh_index import WhooshIndex
from tests.search.documents import NOW
from tests.search.implementations import IMPLEMENTATIONS

NOON = datetime.fromtimestamp(NOW, UTC)


@dataclass
class Shop:
    """Ads in a database and what the index makes of them, at noon unless said otherwise."""

    sessions: sessionmaker[Session]
    index: Any
    ads: int = 0

    def post(self, at: str = "", by: int = 1, **said: object) -> str:
        """A live ad, of person number `by`, with its mark; returns its box."""
        self.ads += 1
        values: dict[str, object] = {
            "kind": "seeks", "headline": "A quiet word", "seeks": "", "offers": "", "about": "",
            "sector": "other", "modes": "video", "rhythm": "once", "state": "live",
            "posted_at": NOON - timedelta(days=2) + timedelta(minutes=self.ads),
            "expires_at": NOON + timedelta(days=2),
        }  # fmt: skip
        values |= said
        skills = values.pop("offers_skills", ())
        with self.sessions.begin() as session:
            person = session.get(Person, by) or self._person(session, by)
            place = find_places(at)[0].id if at else None
            ad = Ad(
                box=f"{self.ads:06d}", person_id=person.id, fingerprint=f"{self.ads}",
                return_open=True, sectors_wanted="any", language="en", place_id=place, capacity=1,
                name="Ann", created_at=NOON, updated_at=NOON, **values,
            )  # fmt: skip
            ad.skills = [
                AdSkill(side="offers", position=n, skill=skill, key=skill_key(skill))
                for n, skill in enumerate(skills)  # type: ignore[call-overload]
            ]
            session.add(ad)
            session.flush()
            ads.mark_stale(session, ad.id)
            return ad.box

    def change(self, box: str, **said: object) -> None:
        """Change an ad and mark it."""
        with self.sessions.begin() as session:
            ad = session.scalars(sa.select(Ad).where(Ad.box == box)).one()
            for name, value in said.items():
                setattr(ad, name, value)
            ads.mark_stale(session, ad.id)

    def delete(self, box: str) -> int:
        """Delete an ad and mark it; returns its id."""
        with self.sessions.begin() as session:
            ad = session.scalars(sa.select(Ad).where(Ad.box == box)).one()
            ads.mark_stale(session, ad.id)
            session.delete(ad)
            return ad.id

    def refresh(self, now: datetime = NOON) -> int:
        return projection.refresh_now(
            self.index, now=now, wait=0.1, reading=self.sessions, writing=self.sessions.begin
        )

    def marks(self) -> int:
        """How many marks wait."""
        with self.sessions() as session:
            return len(ads.stale_marks(session, after=0, limit=10_000))

    def _person(self, session: Session, number: int) -> Person:
        mail = f"person{number}@example.org"
        person = Person(id=number, email=Address(mail), email_key=mail, created_at=NOON)
        session.add(person)
        session.flush()
        return person


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """No ads yet, and no index either."""
    yield from _shop(tmp_path, WhooshIndex(tmp_path / "index"))


@pytest.fixture(params=IMPLEMENTATIONS)
def any_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """The same with every index there is."""
    yield from _shop(tmp_path, request.param(tmp_path / "index"))


def _shop(tmp_path: Path, index: Index) -> Iterator[Shop]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    # nothing here has to outlive a power cut
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    Base.metadata.create_all(engine)
    yield Shop(sessionmaker(engine), index)
    engine.dispose()
