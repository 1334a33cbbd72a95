"""On PostgreSQL the index is kept in step: what is committed is found, and what is not is not."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app import create_app
from app.ads import service as ads
from app.ads import transfer
from app.ads.lines import read_line
from app.ads.models import StaleMark
from app.core.clock import utcnow
from app.db import alembic, collided, db, transaction
from app.people import service as people
from app.search import projection
from app.search.index import AdDocument, IndexUnavailable
from app.search.postgres_index import PostgresIndex
from tests import postgres
from tests.ads.written import line, many
from tests.conftest import settings_in
from tests.search.documents import ask

pytestmark = postgres.needed


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, and an index without ads in it."""
    folder = tmp_path_factory.mktemp("in-step")
    app = create_app(on_postgres(folder))
    with app.app_context():
        alembic.upgrade()
        projection.rebuild(db.session, app.extensions["index"], now=utcnow())
        db.session.close()
        db.engine.dispose()
    return folder


def on_postgres(folder: Path, *, like: Path | None = None) -> object:
    url = postgres.create(folder, like=like)
    return settings_in(folder, database_url=url, search_url="postgresql:")


@pytest.fixture
def app(tmp_path: Path, template: Path) -> Iterator[Flask]:
    app = create_app(on_postgres(tmp_path, like=template))
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()
    postgres.drop(tmp_path)


@pytest.fixture
def index(app: Flask) -> PostgresIndex:
    return app.extensions["index"]


def publish(session: Session, headline: str) -> str:
    """A live ad, in this transaction; returns its box."""
    incoming = read_line(line(headline=headline, email=f"{hash(headline)}@members.test"))
    now = utcnow()
    draft = replace(incoming.draft, headline=headline)
    writer = people.meet(session, email=incoming.email, now=now)
    ad, _ = ads.post(session, draft=draft, person=writer, now=now)
    return ads.publish(session, ad=ad, now=now).box


def post(headline: str) -> str:
    """The same in a transaction of its own, done anew where it met another."""
    while True:
        try:
            with transaction() as session:
                return publish(session, headline)
        except sa.exc.DBAPIError as error:
            if not collided(error):
                raise


def boxes(index: PostgresIndex, q: str) -> set[str]:
    now = int(utcnow().timestamp())
    return set(index.search(ask(q, plain="1"), now, size=1000, facets=False).boxes)


def marks() -> int:
    with Session(db.engine) as session:
        return session.scalar(sa.select(sa.func.count(StaleMark.id))) or 0


def differences(index: PostgresIndex) -> list[projection.Difference]:
    with Session(db.engine) as session:
        return projection.check(session, index, now=utcnow())


def test_an_ad_is_found_as_soon_as_it_is_committed_and_no_worker_is_needed(
    index: PostgresIndex,
) -> None:
    box = post("Lantern maker seeks a shopkeeper")
    assert boxes(index, "lantern ") == {box}
    assert (marks(), differences(index)) == (0, [])
    with transaction() as session:
        ad = ads.get_live(session, box, now=utcnow())
        ads.pause(session, ad=ad, now=utcnow())
    assert boxes(index, "lantern ") == set()
    with transaction() as session:
        ad = ads.find_ad(session, box)
        assert ad is not None
        ads.resume(session, ad=ad, now=utcnow())
    assert boxes(index, "lantern ") == {box}
    assert (marks(), differences(index)) == (0, [])


def test_what_is_rolled_back_was_never_in(index: PostgresIndex) -> None:
    def fail() -> None:
        with transaction() as session:
            publish(session, "Lantern maker seeks a shopkeeper")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert boxes(index, "lantern ") == set()
    assert differences(index) == []


def test_an_import_is_in_step_batch_by_batch(index: PostgresIndex, tmp_path: Path) -> None:
    file = tmp_path / "ads.jsonl"
    file.write_text("\n".join(many(620)))
    transfer.import_file(file, now=utcnow(), transaction=transaction)
    page = index.search(ask("baker "), int(utcnow().timestamp()))
    assert (page.total, page.exact) == (620, True)
    assert (marks(), differences(index)) == (0, [])


def test_many_post_and_search_at_once_and_every_ad_is_found(
    app: Flask, index: PostgresIndex
) -> None:
    def one(number: int) -> None:
        with app.app_context():
            box = post(f"Lantern maker number w{number}w seeks a shopkeeper")
            assert boxes(index, f"w{number}w ") == {box}

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(24)))
    assert len(boxes(index, "lantern ")) == 24
    assert (marks(), differences(index)) == (0, [])


# --- making it anew -------------------------------------------------------------------------------


def slowly(documents: list[AdDocument], meanwhile: Callable[[], None]) -> Iterator[AdDocument]:
    """Documents as they were before `meanwhile` happened, which it does after the first."""
    yield documents[0]
    meanwhile()
    yield from documents[1:]


def test_what_happens_while_the_index_is_made_anew_is_in_the_new_one(
    index: PostgresIndex,
) -> None:
    kept, closed, edited = (post(f"Lantern maker {name} seeks a shop") for name in "xyz")
    with Session(db.engine) as session:
        before = list(projection._live(session, utcnow()))
    new: list[str] = []

    def meanwhile() -> None:
        new.append(post("Zugzwang expert seeks a lantern"))
        with transaction() as session:
            ad = ads.get_live(session, closed, now=utcnow())
            ads.close(session, ad=ad, now=utcnow())
        with transaction() as session:
            ad = ads.get_live(session, edited, now=utcnow())
            ad.headline = "Kettle mender seeks a shop"
            ads.mark_stale(session, ad.id)
        assert boxes(index, "zugzwang ") == {*new}  # in step meanwhile, too

    with index.wait_to_write(1) as batch:
        assert batch.rebuild(slowly(before, meanwhile)) == 3
    assert boxes(index, "lantern ") == {kept, *new}
    assert boxes(index, "kettle ") == {edited}
    assert boxes(index, "zugzwamg ") == {*new}  # its words are known by their spelling
    assert differences(index) == []
    assert projection.refresh_now(index, now=utcnow()) == marks() + 3
    assert (marks(), differences(index)) == (0, [])


def test_who_sees_no_further_than_before_the_new_index_leaves_a_mark(index: PostgresIndex) -> None:
    box = post("a lantern that goes")
    with transaction() as session:
        ad = ads.find_ad(session, box)
        assert ad is not None
        rebuild_elsewhere(index)
        ads.close(session, ad=ad, now=utcnow())
    assert marks() == 1
    projection.refresh_now(index, now=utcnow())
    assert boxes(index, "lantern") == set()
    assert differences(index) == []


def rebuild_elsewhere(index: PostgresIndex) -> None:
    """As another process would."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def make() -> None:
        with app.app_context():
            projection.rebuild(db.session, index, now=utcnow())
            db.session.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(make).result()


def test_who_was_writing_when_it_began_is_waited_for(app: Flask, index: PostgresIndex) -> None:
    post("Lantern maker x seeks a shop")
    wrote, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context(), transaction() as session:
            publish(session, "Lantern maker y seeks a shop")
            for finish in app.extensions["before_commit"]:
                finish(session)
            wrote.set()
            go_on.wait(10)

    def make_anew() -> int:
        with app.app_context(), Session(db.engine) as session:
            return projection.rebuild(session, index, now=utcnow())

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        assert wrote.wait(10)
        making = pool.submit(make_anew)
        with pytest.raises(TimeoutError):
            making.result(0.5)
        go_on.set()
        writing.result(10)
        assert making.result(10) == 2
    assert len(boxes(index, "lantern ")) == 2
    assert differences(index) == []


def test_without_an_index_posting_goes_on_and_the_worker_makes_one(
    app: Flask, index: PostgresIndex
) -> None:
    with Session(db.engine) as session:
        session.execute(sa.text("DROP SCHEMA search CASCADE"))
        session.commit()
    with pytest.raises(IndexUnavailable):
        index.generation()
    box = post("Lantern maker seeks a shop")
    assert marks() == 1
    projection.refresh_now(index, now=utcnow())
    assert boxes(index, "lantern ") == {box}
    assert (marks(), differences(index)) == (0, [])


def test_words_are_counted_again_where_the_board_has_grown(index: PostgresIndex) -> None:
    posted = [post(f"Lantern maker {n} seeks a shop") for n in range(5)]
    assert index.merge(thorough=True)
    facts = index.library.facts(0)
    facts.roughly("lantern")
    facts.look_up()
    assert facts.roughly("lantern") == 5
    assert boxes(index, "lanterm ") == set(posted)
    assert differences(index) == []


def test_what_ran_out_is_not_found_and_let_go_of_later(index: PostgresIndex) -> None:
    box = post("Lantern maker seeks a shop")
    later = datetime.now(UTC) + timedelta(days=61)
    page = index.search(ask("lantern "), int(later.timestamp()))
    assert page.total == 0
    assert boxes(index, "lantern ") == {box}
    projection.tidy(index, now=later)
    assert index.fingerprints(int(utcnow().timestamp())) == {}


def test_every_page_that_finds_ads_answers_and_says_when_there_are_more(
    app: Flask, index: PostgresIndex
) -> None:
    posted = [post(f"Lantern maker {n} seeks a shop") for n in range(5)]
    client = app.test_client()
    assert "5 ads for" in client.get("/ads?q=lantern").text
    index.library.most = 3
    page = client.get("/ads?q=lantern").text
    assert "3+ ads for" in page
    assert "we looked through the newest 3" in page
    assert "2+ ads" not in page
    answer = client.get("/api/v1/ads?q=lantern").get_json()
    assert (answer["total"], answer["exact"]) == (3, False)
    for path in ("/", "/ads", f"/ads/{posted[0]}", "/ads.atom?q=lantern", "/suggest?q=lant"):
        assert client.get(path, follow_redirects=True).status_code == 200
    assert "lantern" in client.get("/suggest?q=lant").text
    assert client.get("/readyz").get_json()["index"]["ok"]
