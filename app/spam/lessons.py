"""What decisions teach: kept as features, learnt by the worker, asked for a score."""

import hashlib
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import upsert
from app.spam import classifier, opinion, policy
from app.spam.models import Learnt, Lesson


def learn(session: Session, *, text: str, is_spam: bool, now: datetime) -> None:
    """Keep a broker's decision on `text` as numbers; the latest on the same text counts."""
    found = classifier.features(text)
    if not len(found):
        return
    kept = found.tobytes()
    digest = hashlib.sha256(kept).hexdigest()
    lesson = {"digest": digest, "features": kept, "is_spam": is_spam, "learnt_at": now}
    row = upsert(session, Lesson).values(lesson)
    again = {"is_spam": is_spam, "learnt_at": now}
    session.execute(row.on_conflict_do_update(index_elements=[Lesson.digest], set_=again))


def retrain(session: Session) -> bool:
    """Learn anew from all lessons if there are new ones; returns whether that was so."""
    newest = session.scalar(select(sa.func.max(Lesson.learnt_at)))
    number = session.scalar(select(sa.func.count(Lesson.id))) or 0
    learnt = session.get(Learnt, 1)
    if learnt is not None and (learnt.learnt_at, learnt.lessons) == (newest, number):
        return False
    rows = session.execute(select(Lesson.features, Lesson.is_spam)).all()
    by_kind = {kind: [_unpacked(f) for f, is_spam in rows if is_spam == kind] for kind in (0, 1)}
    bad, good = opinion.beforehand()
    model = classifier.train([*bad, *by_kind[1]], [*good, *by_kind[0]])
    if model is None or newest is None:
        return False
    if learnt is None:
        learnt = Learnt(id=1)
        session.add(learnt)
    learnt.weights, learnt.learnt_at, learnt.lessons = model.weights.tobytes(), newest, number
    return True


def score(session: Session, of: classifier.Features) -> float | None:
    """How much a text of these features is like what was decided to be spam, 0 to 1.

    None before anything was.
    """
    weights = session.scalar(select(Learnt.weights).where(Learnt.id == 1))
    if weights is None:
        return None
    model = classifier.Model(np.frombuffer(weights, dtype=np.float16))
    return classifier.score(model, of)


def purge(session: Session, *, now: datetime) -> None:
    """Forget lessons after a year, and the oldest beyond what there is room for."""
    session.execute(delete(Lesson).where(Lesson.learnt_at <= now - policy.LESSONS_KEPT))
    newest = select(Lesson.id).order_by(Lesson.id.desc()).limit(1)
    first = newest.offset(policy.LESSONS_MOST - 1).scalar_subquery()
    session.execute(delete(Lesson).where(Lesson.id < first))


def _unpacked(kept: bytes) -> classifier.Features:
    return np.frombuffer(kept, dtype=np.uint16)
