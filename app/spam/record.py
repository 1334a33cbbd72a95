"""What is known again of a person's texts, for their own eyes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.spam.models import TextSeen


def texts_of(session: Session, *, person_id: int) -> list[TextSeen]:
    """That they said something, to which ad and when; not what, which nobody can tell any more."""
    return list(session.scalars(select(TextSeen).filter_by(person_id=person_id)))
