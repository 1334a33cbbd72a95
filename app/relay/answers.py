"""What a mail that was read leads to: a message, a question, a word to its sender, or nothing."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.i18n import N_
from app.core.secret import Address
from app.core.site import Site
from app.limits import service as limits
from app.mail import messages, outbox, tallies
from app.mail.bounce_address import read_bounce_address
from app.people import service as people
from app.relay import accepting, answering, asking, bounces, delivery, keeping, passing, policy
from app.relay.aliases import find_by_alias
from app.relay.incoming_policy import TELLS, Known, Outcome, decide
from app.relay.models import Thread
from app.relay.policy import Role
from app.relay.reading import Reading, sender_proven
from app.relay.scrub import scrub

NO_WORDS = N_("(There are no words in it.)")


def settle(
    session: Session,
    *,
    local: str,
    reading: Reading | None,
    from_nobody: bool,
    now: datetime,
    site: Site,
) -> Outcome:
    """Do all that a mail to `local` leads to; `reading` is None where it could not be read."""
    if local in accepting.BROKERS:
        return _for_broker(session, local, reading, from_nobody, now, site)
    outbox_id = read_bounce_address(site.signer, local, now)
    if outbox_id is None:
        side = find_by_alias(session, local)
    else:
        outcome = bounces.take(
            session, outbox_id=outbox_id, reading=reading, from_nobody=from_nobody, now=now
        )
        if outcome is not None:
            return outcome
        side = bounces.side_of(session, outbox_id)  # some programs answer to the return path
    if side is None:
        return Outcome.STRAY
    return _answer(session, *side, reading, from_nobody, now, site)


def _answer(
    session: Session,
    thread: Thread,
    role: Role,
    reading: Reading | None,
    from_nobody: bool,
    now: datetime,
    site: Site,
) -> Outcome:
    """What one side of a conversation has mailed to the other."""
    person = delivery.person_of(thread, role)
    if person is None:
        return Outcome.STRAY
    known = _known(session, thread, person.email, reading, from_nobody, now, site)
    if person.suspended_at is not None:
        known = replace(known, is_open=False)
    outcome = decide(reading, known)
    if outcome is Outcome.RELAYED and reading is not None:
        outcome = _unless_too_many(session, thread, role, reading.text, now, site)
    if outcome is Outcome.AUTOMATIC:
        bounces.note_automatic(session, thread=thread, role=role, now=now)
    elif outcome in TELLS:
        tallies.count(session, "refused")
        _tell(session, thread, role, outcome.value, now, site)
    elif reading is not None and outcome in {Outcome.RELAYED, Outcome.HELD}:
        _keep(session, thread, role, reading, outcome, now, site)
    return outcome


def _unless_too_many(
    session: Session, thread: Thread, role: Role, text: str, now: datetime, site: Site
) -> Outcome:
    """RELAYED, or HELD where so many mails look like two machines talking.

    Between two who have talked, people may write as often as they like; a machine says the same.
    """
    if not answering.have_talked(session, thread.writer_id, thread.replier_id):
        counted = [("mail-thread", thread.key)]
    else:
        words = f"{thread.key} {role} {' '.join(text.split())}"
        counted = [("mail-words", words), ("mail-circle", thread.key)]
    within = [_within(session, rule, of, now, site) for rule, of in counted]
    return Outcome.RELAYED if all(within) else Outcome.HELD


def _known(
    session: Session,
    thread: Thread,
    own: Address,
    reading: Reading | None,
    from_nobody: bool,
    now: datetime,
    site: Site,
) -> Known:
    senders = reading.senders if reading else ()
    loops = reading.loops if reading else ()
    return Known(
        from_nobody=from_nobody,
        own_loop=any(site.signer.knows("loop", thread.key, loop.strip()) for loop in loops),
        from_us=any(_is_ours(sender, site) for sender in senders),
        is_open=accepting.may_go_on(session, thread, now),
        proven=reading is not None and sender_proven(reading, own),
    )


def _is_ours(sender: str, site: Site) -> bool:
    same = sender.casefold() == site.mail_from.casefold()
    return same or accepting.local_part(sender, site) is not None


def _keep(
    session: Session,
    thread: Thread,
    role: Role,
    reading: Reading,
    outcome: Outcome,
    now: datetime,
    site: Site,
) -> None:
    """Make a message of it, which goes on or waits for its owner's word."""
    text, files = reading.text, reading.files
    if outcome is Outcome.HELD:
        asking.hold(session, thread=thread, author=role, text=text, files=files, now=now, site=site)
        return
    told = any(message.files for message in thread.messages if message.author == role)
    message, _ = keeping.keep(session, thread, role, text, now, by_mail=True, files=files)
    if message.state == "unconfirmed":
        passing.pass_on(session, thread=thread, message=message, now=now, site=site)
    if files and not told:
        _tell(session, thread, role, "files", now, site)


def _tell(
    session: Session, thread: Thread, role: Role, why: str, now: datetime, site: Site
) -> None:
    """Say to the stored address, never to whoever wrote, what was not passed on; rarely."""
    person = delivery.person_of(thread, role)
    if person is None or delivery.is_muted(thread, role):
        return
    if not _within(session, "mail-notice", f"{thread.key} {role}", now, site):
        return
    link = people.issue_link(session, person=person, purpose="thread", subject=thread.key, now=now)
    draft = messages.not_passed_on(
        site,
        headline=thread.headline,
        box=thread.box,
        why=why,
        link=site.link(link),
        most=policy.TEXT_MOST,
    )
    delivery.promise(session, draft, thread=thread, to=person, now=now, site=site)


def _for_broker(
    session: Session,
    local: str,
    reading: Reading | None,
    from_nobody: bool,
    now: datetime,
    site: Site,
) -> Outcome:
    """Promise the broker a fresh mail with the words of this one; machines' only if they complain.

    Addresses are taken out, the sender's first.
    """
    if reading is None:
        return Outcome.UNREADABLE
    complaint = "complaint" in reading.failed
    if any(_is_ours(sender, site) for sender in reading.senders) or reading.loops:
        return Outcome.LOOP
    if (reading.machine or from_nobody) and not complaint:
        return Outcome.AUTOMATIC
    to = site.broker_email
    if to is None or not _within(session, "mail-broker", "", now, site):
        return Outcome.STRAY
    words, _ = scrub(reading.text, parties=[Address(sender) for sender in reading.senders])
    draft = messages.for_broker(site, local=local, text=words[: policy.TEXT_MOST] or NO_WORDS)
    outbox.put(session, draft, site=site, to=to, person_id=None, now=now)
    return Outcome.BROKER


def _within(session: Session, rule: str, of: str, now: datetime, site: Site) -> bool:
    """Count once more; whether that is still within the limit."""
    try:
        limits.count(session, rule=rule, key=site.signer.sign(rule, of), now=now)
    except limits.TooMany:
        return False
    return True
