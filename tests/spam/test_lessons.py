"""What brokers decide teaches the order of their queue; no text is kept for it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.spam import classifier, lessons, policy, service
from app.spam.classifier import features
from app.spam.models import Learnt, Lesson
from tests.spam.texts_of import texts

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def teach(session: Session) -> None:
    for kind in ("spam", "honest"):
        for text in texts(f"{kind}_tuned"):
            service.learn(session, text=text, is_spam=kind == "spam", now=NOW)
    session.flush()


def test_what_was_learnt_orders_what_nobody_has_seen(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        teach(session)
        assert service.retrain(session)
        session.flush()
        scores = {
            kind: [lessons.score(session, features(text)) or 0.0 for text in texts(f"{kind}_kept")]
            for kind in ("spam", "honest")
        }

    ordered = [bad > good for bad in scores["spam"] for good in scores["honest"]]
    assert sum(ordered) / len(ordered) > 0.9
    assert all(0 <= score <= 1 for of in scores.values() for score in of)


def test_words_nobody_decided_on_speak_for_neither_side() -> None:
    few, many = texts("spam_tuned")[:5], texts("honest_tuned")
    for bad, good in ((few, many), (many, few)):
        model = classifier.train(map(features, bad), map(features, good))
        assert model is not None
        assert 0.4 < classifier.score(model, features("Zwyx qpfj vvkw")) < 0.6


def test_it_is_learnt_anew_only_when_there_is_something_new(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        assert not service.retrain(session)  # nothing to go by
        assert lessons.score(session, features("Pots and pans for everybody")) is None
        teach(session)
        assert service.retrain(session)
        session.flush()
        assert not service.retrain(session)
        service.learn(session, text="Quite another text, on sails.", is_spam=False, now=NOW)
        session.flush()
        assert service.retrain(session)


def test_the_latest_decision_on_a_text_counts(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for is_spam in (True, False):
            service.learn(
                session, text="The same words twice, to the letter.", is_spam=is_spam, now=NOW
            )
        session.flush()
        assert session.scalars(sa.select(Lesson.is_spam)).all() == [False]


def test_the_score_never_decides(app: Flask) -> None:
    """Even where everything honest was decided to be spam, an honest text goes on."""
    text = texts("honest_kept")[0]
    with app.app_context(), transaction() as session:
        for kind in ("spam", "honest"):
            for one in texts(f"{kind}_tuned") + texts(f"{kind}_fresh"):
                service.learn(session, text=one, is_spam=kind == "honest", now=NOW)
        service.learn(session, text=text, is_spam=True, now=NOW)
        session.flush()
        service.retrain(session)
        session.flush()
        person = people.meet(session, email=Address("gwen@members.example"), now=NOW)
        found = service.assess(
            session, kind="ad", text=text, person=person, source="somewhere", now=NOW
        )
    assert found.score > 0.4
    assert found.held_reason == ""


def test_lessons_are_forgotten_in_time(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        teach(session)
        service.retrain(session)
        service.purge(session, now=NOW + policy.LESSONS_KEPT - timedelta(days=1))
        taught = len(texts("spam_tuned") + texts("honest_tuned"))
        assert session.scalar(sa.select(sa.func.count(Lesson.id))) == taught
        service.purge(session, now=NOW + policy.LESSONS_KEPT)
        assert session.scalar(sa.select(sa.func.count(Lesson.id))) == 0
        assert session.scalar(sa.select(sa.func.length(Learnt.weights))) == 2 * 2**15
