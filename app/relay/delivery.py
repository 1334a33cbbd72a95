"""From a conversation to the mails that carry it: rows in the outbox, in the same transaction."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.core.site import Site
from app.mail import messages, outbox
from app.mail.compose import Route
from app.mail.messages import Draft, Known
from app.mail.policy import OF_WAITING
from app.people import service as people
from app.people.models import Person
from app.relay import policy
from app.relay.aliases import alias_of
from app.relay.models import Event, Message, Thread
from app.relay.policy import Role
from app.relay.scrub import unveil
from app.spam.signals import carried

SETTLED = 5000  # messages at a time; undeliverable ones stay so until somebody tries them again


def person_of(thread: Thread, role: Role) -> Person | None:
    """The person on that side; None once erased."""
    return thread.writer if role == "writer" else thread.replier


def is_muted(thread: Thread, role: Role) -> bool:
    """Whether that side wants no mails from this conversation."""
    return (thread.writer_muted_at if role == "writer" else thread.replier_muted_at) is not None


def shared_address(thread: Thread, role: Role) -> Address | None:
    """That side's own address while it lets it pass; else None."""
    shared_at = thread.writer_shared_at if role == "writer" else thread.replier_shared_at
    person = person_of(thread, role)
    return person.email if person is not None and shared_at is not None else None


def takes_mail(thread: Thread, reader: Role) -> bool:
    """Whether notices go to that side: not to nobody, a dead mailbox, or who wants none."""
    person = person_of(thread, reader)
    return person is not None and person.undeliverable_at is None and not is_muted(thread, reader)


def leads_away(thread: Thread, message: Message) -> bool:
    """Whether somebody who was never answered sends a link, a number or a wish to go elsewhere."""
    answered = thread.answered_at
    early = answered is None or message.created_at < answered
    return message.author == "replier" and early and bool(carried(message.text))


def ask_to_confirm(session: Session, *, thread: Thread, now: datetime, site: Site) -> None:
    """Mail the replier the link that sends what they wrote, with all that it would send."""
    assert thread.replier is not None
    to, lasts = thread.replier, site.unconfirmed_for
    link = people.issue_link(
        session, person=to, purpose="message", subject=thread.key, now=now, lasts=lasts
    )
    unconfirmed = (m for m in thread.messages if m.state == "unconfirmed")
    waiting = [m.text for m in unconfirmed if not m.by_mail]  # those have a link of their own
    draft = messages.confirm_message(
        site,
        headline=thread.headline,
        box=thread.box,
        text="\n\n".join(waiting),
        link=site.link(link),
        until=now + lasts,
    )
    promise(session, draft, thread=thread, to=thread.replier, now=now, site=site)


def deliver(
    session: Session, *, thread: Thread, message: Message, now: datetime, site: Site
) -> None:
    """Promise the mail that carries `message` to the other side.

    A side that wants no mails finds it on the page, and its writer sees it as sent; to an address
    that takes none it is undeliverable at once.
    """
    author: Role = "writer" if message.author == "writer" else "replier"
    reader = policy.other(author)
    to = person_of(thread, reader)
    assert to is not None
    # Two who were introduced have answered each other before either wrote.
    first = thread.answered_at is None and not any(
        m.state in policy.DELIVERED for m in thread.messages
    )
    if is_muted(thread, reader):
        message.state = "sent"
    elif to.undeliverable_at is not None:
        message.state = "undeliverable"
    else:
        message.state = "queued"
        session.flush()
        _mail_message(session, thread, message, author, first, now, site)


def _mail_message(
    session: Session,
    thread: Thread,
    message: Message,
    author: Role,
    first: bool,
    now: datetime,
    site: Site,
) -> None:
    reader = policy.other(author)
    stop = stop_link(session, thread, reader, now, site)
    direct = shared_address(thread, author)
    draft = messages.new_message(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=policy.name_of(thread, author),
        text=unveil(message.text, direct),
        link=conversation_link(session, thread, reader, now, site),
        stop=stop,
        first=first,
        wary=leads_away(thread, message),
        direct=direct,
        known=_known(session, thread, reader),
    )
    notify(
        session,
        draft,
        thread=thread,
        reader=reader,
        now=now,
        site=site,
        stop=stop,
        message_id=message.id,
    )


def tell_shared(session: Session, *, thread: Thread, by: Role, now: datetime, site: Site) -> None:
    """Mail the other side the address that `by` shares from now on."""
    reader, address = policy.other(by), shared_address(thread, by)
    if address is None or not takes_mail(thread, reader):
        return
    stop = stop_link(session, thread, reader, now, site)
    draft = messages.shared(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=policy.name_of(thread, by),
        address=address,
        link=conversation_link(session, thread, reader, now, site),
        stop=stop,
    )
    notify(session, draft, thread=thread, reader=reader, now=now, site=site, stop=stop)


def tell_declined(session: Session, *, thread: Thread, now: datetime, site: Site) -> None:
    """Mail the replier the writer's kind no."""
    if not takes_mail(thread, "replier"):
        return
    draft = messages.declined(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=thread.writer_name,
        reason=thread.reason,
        known=_known(session, thread, "replier"),
    )
    notify(session, draft, thread=thread, reader="replier", now=now, site=site)


def tell_ended(session: Session, *, thread: Thread, by: Role, now: datetime, site: Site) -> None:
    """Mail the other side that `by` has ended the conversation."""
    reader = policy.other(by)
    if not takes_mail(thread, reader):
        return
    draft = messages.ended(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=policy.name_of(thread, by),
    )
    notify(session, draft, thread=thread, reader=reader, now=now, site=site)


def notify(
    session: Session,
    draft: Draft,
    *,
    thread: Thread,
    reader: Role,
    now: datetime,
    site: Site,
    stop: str = "",
    message_id: int | None = None,
) -> None:
    """Promise a mail of the conversation to one side of it, which takes mails.

    `stop`: the link by which its text says no already, if there is one; `message_id`: the message
    it carries, if it carries one.
    """
    to = person_of(thread, reader)
    assert to is not None
    route = Route(
        thread=thread.key,
        stop=stop or stop_link(session, thread, reader, now, site),
        alias=alias_of(session, thread=thread, role=reader) if site.relay_domain else "",
        earlier=outbox.received(session, thread_id=thread.id, person_id=to.id),
    )
    promise(
        session,
        draft,
        thread=thread,
        to=to,
        now=now,
        site=site,
        message_id=message_id,
        route=route,
    )


def answer_link(session: Session, *, thread: Thread, now: datetime, site: Site) -> str:
    """Where the ad’s writer answers by one press."""
    return site.answer(_link(session, thread, "writer", "answer", now))


def wait_is_over(session: Session, *, thread: Thread, now: datetime) -> None:
    """Keep back what was to say that nobody has answered, now that somebody has."""
    outbox.cancel(session, now=now, thread_id=thread.id, kinds=OF_WAITING)


def withhold(session: Session, *, thread: Thread, now: datetime) -> None:
    """Keep back every mail of the thread that has not gone yet."""
    outbox.cancel(session, now=now, thread_id=thread.id)
    settle(session, thread=thread)


def settle(session: Session, *, thread: Thread | None = None) -> None:
    """Write into messages (a thread's, or the newest SETTLED) what has become of their mails."""
    query = select(Message).where(Message.state.in_(("queued", "undeliverable")))
    if thread is not None:
        query = query.where(Message.thread_id == thread.id)
    newest = query.order_by(Message.id.desc()).limit(SETTLED)
    found = {message.id: message for message in session.scalars(newest)}
    for message_id, fate in outbox.fates(session, list(found)).items():
        found[message_id].state = fate


def _known(session: Session, thread: Thread, role: Role) -> Known:
    """Whether that side has shared its address: a mail must not say that it was never shown."""
    if shared_address(thread, role) is not None:
        return "now"
    told = exists().where(Event.thread_id == thread.id, Event.role == role, Event.what == "shared")
    return "once" if session.scalar(select(told)) else "never"


def stop_link(session: Session, thread: Thread, reader: Role, now: datetime, site: Site) -> str:
    """Where the reader of this very mail says no to more of them."""
    return site.stop(_link(session, thread, reader, "stop", now))


def conversation_link(
    session: Session, thread: Thread, reader: Role, now: datetime, site: Site
) -> str:
    """Where the reader of this very mail opens the conversation."""
    return site.link(_link(session, thread, reader, "thread", now))


def _link(session: Session, thread: Thread, reader: Role, purpose: str, now: datetime) -> str:
    person = person_of(thread, reader)
    assert person is not None
    return people.issue_link(session, person=person, purpose=purpose, subject=thread.key, now=now)


def promise(
    session: Session,
    draft: Draft,
    *,
    thread: Thread,
    to: Person,
    now: datetime,
    site: Site,
    message_id: int | None = None,
    route: Route | None = None,
) -> None:
    """Promise a mail to somebody of this thread; without a `route` it is from the board itself."""
    outbox.put(
        session,
        draft,
        site=site,
        to=to.email,
        person_id=to.id,
        now=now,
        thread_id=thread.id,
        message_id=message_id,
        route=route,
    )
