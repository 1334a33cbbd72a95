"""What becomes of what somebody wrote and has not gone yet, once a broker suspends them."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.mail import outbox
from app.mail.policy import OF_A_THREAD
from app.people.models import Person
from app.relay import delivery, policy
from app.relay.models import Thread

# That nobody has answered is the board’s own to say, and is told to the one who waits.
_THEIRS = OF_A_THREAD - {"no_answer_yet"}


def withhold_of(session: Session, *, person: Person, now: datetime) -> None:
    """Keep back every mail that would bring others their words, name or address.

    What was delivered stays; a conversation of which nothing was, the other side never hears of.
    A mail that is on its way this very moment may still arrive.
    """
    theirs = or_(Thread.writer_id == person.id, Thread.replier_id == person.id)
    threads = {thread.id: thread for thread in session.scalars(select(Thread).where(theirs))}
    kept_back = outbox.withhold_from(
        session, thread_ids=list(threads), author_id=person.id, kinds=_THEIRS, now=now
    )
    for thread_id in kept_back:
        thread = threads[thread_id]
        delivery.settle(session, thread=thread)
        if thread.state == "open" and not any(m.state in policy.DELIVERED for m in thread.messages):
            thread.state, thread.reason = "ended", policy.WITHHELD
            thread.ended_at = thread.moved_at = now
