"""The demo ads, or any file of that form, as a board that can be searched."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import sessionmaker

import app.ads
from app.ads.models import Ad, AdSkill
from app.catalogue.places import find_places
from app.catalogue.skills import skill_key
from app.core.secret import Address
from app.db import Base
from app.people.models import Person
from app.search import service
from app.search.service import Results
from app.search.whoosh_index import WhooshIndex
from tests.search.conftest import NOON, Shop
from tests.search.documents import ask
from tests.search.implementations import Make

DEMO = Path(app.ads.__file__).with_name("demo.jsonl")


def board_of(file: Path, folder: Path, make: Make = WhooshIndex) -> Shop:
    """A board with the ads of `file`; the ad on line 7 has the box 000007."""
    engine = sa.create_engine(f"sqlite:///{folder}/shop.db")
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    Base.metadata.create_all(engine)
    shop = Shop(sessionmaker(engine), make(folder / "index"))
    lines = file.read_text(encoding="utf-8").splitlines()
    with shop.sessions.begin() as session:
        session.add(
            Person(id=1, email=Address("a@b.example"), email_key="a@b.example", created_at=NOON)
        )
        session.flush()
        session.add_all(_ad(number, json.loads(line)) for number, line in enumerate(lines, 1))
    with shop.index.wait_to_write(5) as batch, shop.sessions() as session:
        ads = session.scalars(sa.select(Ad)).all()
        batch.rebuild(service.projection.document(ad) for ad in ads)
    return shop


def _ad(number: int, said: dict[str, Any]) -> Ad:
    places = find_places(said.get("place") or "")
    ad = Ad(
        box=f"{number:06d}", person_id=1, fingerprint=str(number), state="live", capacity=1,
        kind=said["kind"], headline=said["headline"], seeks=said.get("seeks") or "",
        offers=said.get("offers") or "", about=said.get("about") or "", return_open=True,
        sector=said["sector"], sectors_wanted="any", language=said.get("language", "en"),
        place_id=places[0].id if places else None, modes=",".join(said["modes"]),
        rhythm=said.get("rhythm", "once"), name="Ann", created_at=NOON, updated_at=NOON,
        posted_at=NOON - timedelta(days=2) + timedelta(minutes=number),
        expires_at=NOON + timedelta(days=30),
    )  # fmt: skip
    ad.skills = [
        AdSkill(side=side, position=n, skill=skill, key=skill_key(skill))
        for side in ("seeks", "offers")
        for n, skill in enumerate(said.get(f"{side}_skills") or [])
    ]
    return ad


def look(shop: Shop, q: str, size: int = 10, **args: str | list[str]) -> Results:
    """What a reader of the first page of so many gets."""
    with shop.sessions() as session:
        found = service.find(session, shop.index, ask(q, **args), now=NOON, size=size)
        session.expunge_all()
        return found
