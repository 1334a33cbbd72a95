"""A kill at each step between a word said and its mail: what it leaves, and that it ends well."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.board import AD
from tests.faults.relay_site import RelaySite, body_of, copies, email_of, mail_from
from tests.faults.site import BROKEN, Answer
from tests.mail.server import MailServer
from tests.waiting import until

WORDS = "Would Friday at noon suit you, by the clock in the square?"
FIRST = "Dear Box, I kept a shop in the old harbour for nineteen years. Tea?"
HEADLINE = "Seeks a baker, for bread"
STRANGER = email_of(900)


def assert_arrived(site: RelaySite, server: MailServer, words: str, times: int = 1) -> None:
    """In the end it is one message, one promise, and so many copies of the same bytes."""
    site.until_done()
    assert site.kept(words) == 1
    found = copies(server, words)
    assert (len(found), len(set(found))) == (times, 1)


# --- a mail comes in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "kept"), [("kept, not committed", 0), ("committed, not answered", 1)]
)
def test_the_door_dies_with_a_mail_in_hand(
    relay_site: RelaySite, server: MailServer, step: str, kept: int
) -> None:
    (talk,) = relay_site.converse(1)
    raw = mail_from(talk.replier.email, WORDS, "one")
    lmtp = relay_site.begin("lmtp", FALLS_AT=step)
    relay_site.until_lmtp()

    heard = relay_site.bring(raw, talk.replier.alias)

    assert (heard, relay_site.fell) == ([-1], True)  # nobody was told that it is taken
    until(lambda: not lmtp.alive)
    assert relay_site.count("SELECT count(*) FROM incoming") == [(kept,)]
    relay_site.begin("lmtp")
    relay_site.begin("worker")
    assert relay_site.insist(raw, talk.replier.alias)[-1] == [250]
    assert relay_site.count("SELECT count(*) FROM incoming") == [(1,)]
    assert_arrived(relay_site, server, WORDS)


def test_the_door_dies_between_two_recipients(relay_site: RelaySite, server: MailServer) -> None:
    (talk,) = relay_site.converse(1)
    raw = mail_from(talk.replier.email, WORDS, "one")
    to = (talk.replier.alias, "postmaster")
    relay_site.begin("lmtp", FALLS_AT="committed, not answered")
    until(lambda: relay_site.bring(raw, *to) and relay_site.fell)
    assert relay_site.count("SELECT local FROM incoming") == [(talk.replier.alias,)]

    relay_site.begin("lmtp")
    relay_site.begin("worker")
    relay_site.insist(raw, *to)

    assert relay_site.count("SELECT count(*) FROM incoming") == [(2,)]
    assert_arrived(relay_site, server, WORDS)


# --- a worker passes it on ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "message", "mails"),
    [
        ("claimed, not read", 0, 1),
        ("read, not settled", 0, 1),
        ("settled, not committed", 0, 1),
        ("settled and committed", 1, 1),
        ("leased, not committed", 1, 1),
        ("leased, not handed over", 1, 1),
        ("handed over, not written", 1, 2),
        ("written, not committed", 1, 2),
    ],
)
def test_the_worker_dies_at_a_step(
    relay_site: RelaySite, server: MailServer, step: str, message: int, mails: int
) -> None:
    (talk,) = relay_site.converse(1)
    relay_site.begin("lmtp")
    raw = mail_from(talk.writer.email, WORDS, "one")
    relay_site.insist(raw, talk.writer.alias)

    worker = relay_site.begin("worker", FALLS_AT=step)
    until(lambda: not worker.alive)

    assert relay_site.fell
    assert relay_site.kept(WORDS) == message
    assert sum(relay_site.waiting()) == 1
    assert len(copies(server, WORDS)) == mails - 1
    relay_site.begin("worker")
    assert_arrived(relay_site, server, WORDS, mails)
    assert relay_site.insist(raw, talk.writer.alias) == [[250]]  # brought again, it is the same
    assert_arrived(relay_site, server, WORDS, mails)


# --- somebody presses a button --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Press:
    """One button: what is pressed on the way to it, and how often it has acted."""

    path: str
    ready: Callable[[RelaySite, MailServer], Callable[[], Answer]]
    acted: str
    promised: str
    again: int = 303  # what is answered to the same press once it has acted


def posting(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    fields = {**site._ripe(), **AD, "headline": HEADLINE, "email": STRANGER, "go": "mail"}
    return lambda: site.post("/ads/new", fields)


def opening(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    ((box,),) = site.count("SELECT box FROM ads")
    fields = {**site._ripe(), "message": FIRST, "name": "Dafydd", "email": STRANGER}
    return lambda: site.post(f"/ads/{box}/reply", fields)


def publishing(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    assert posting(site, server)().status == 303
    return pressing(site, server)


def confirming(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    assert opening(site, server)().status == 303
    return pressing(site, server)


def pressing(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    """The button behind the link that was mailed to a stranger."""
    until(lambda: [to for _, to, _ in server.mails if to == STRANGER])
    raw = next(raw for _, to, raw in server.mails if to == STRANGER)
    link = re.search(r"https?://[^/\s]+(/l/[\w-]+)", body_of(raw))
    assert link is not None
    return lambda: site.post(link[1], site._ripe())


def writing(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    side, path = site.talk.writer, site.talk.path
    fields = {"csrf_token": side.token, "message": WORDS}
    return lambda: site.post(path, fields, cookie=side.cookie)


def sharing(site: RelaySite, server: MailServer) -> Callable[[], Answer]:
    side, path = site.talk.writer, f"{site.talk.path}/share"
    fields = {"csrf_token": side.token, "do": "share"}
    return lambda: site.post(path, fields, cookie=side.cookie)


PRESSES = {
    "posting an ad": Press(
        "/ads/new",
        posting,
        f"SELECT count(*) FROM ads WHERE headline = '{HEADLINE}'",
        "confirm_ad",
    ),
    "a first message": Press(
        "/ads/",
        opening,
        f"SELECT count(*) FROM messages WHERE text = '{FIRST}'",
        "confirm_message",
    ),
    "the link that publishes": Press(
        "/l/",
        publishing,
        f"SELECT count(*) FROM ads WHERE headline = '{HEADLINE}' AND state = 'live'",
        "confirm_ad",
        again=410,
    ),
    "the link that sends": Press(
        "/l/",
        confirming,
        f"SELECT count(*) FROM messages WHERE text = '{FIRST}' AND state != 'unconfirmed'",
        "new_message",
        again=410,
    ),
    "an answer": Press(
        "/threads/",
        writing,
        f"SELECT count(*) FROM messages WHERE text = '{WORDS}'",
        "new_message",
    ),
    "sharing an address": Press(
        "/threads/", sharing, "SELECT count(*) FROM thread_events WHERE what = 'shared'", "shared"
    ),
}


@pytest.mark.parametrize(("step", "kept"), [("done, not committed", 0), ("done, not answered", 1)])
@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
def test_the_web_dies_between_a_press_and_its_answer(
    relay_site: RelaySite, server: MailServer, press: Press, step: str, kept: int
) -> None:
    site = relay_site
    (site.talk,) = site.converse(1)
    promised = f"SELECT count(*) FROM outbox WHERE kind = '{press.promised}'"
    ((before,),) = site.count(promised)
    site.begin("web", FALLS_AT=step, FALLS_ON=press.path)
    site.begin("worker")
    site.until_web()
    button = press.ready(site, server)

    assert button().status == BROKEN

    assert site.fell
    assert site.count(press.acted) == [(kept,)]
    site.until_web()
    assert button().status == (press.again if kept else 303)
    site.until_done()
    assert site.count(press.acted) == [(1,)]
    ((after,),) = site.count(promised)
    assert after - before == 1
    arrived = [raw for _, _, raw in server.mails]
    ((since,),) = site.count("SELECT count(*) - 1 FROM outbox")  # one is of `converse`
    assert len(arrived) == len(set(arrived)) == since
