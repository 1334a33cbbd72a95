"""What no person wrote is known by its header, and what a report says came back is read."""

from email.message import EmailMessage

import pytest

from app.relay.reading import read
from tests.relay.reading.clients import BLODWEN
from tests.relay.reading.mails import mail, reading_of

PLAIN = "Content-Type: text/plain"


@pytest.mark.parametrize(
    ("header", "machine"),
    [
        ("Subject: Re: Hedges", ""),
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: NO (a person)", ""),
        ("Auto-Submitted: auto-replied", "automatic"),
        ("Auto-Submitted: auto-replied; owner-email=x", "automatic"),
        ("auto-submitted: auto-generated", "automatic"),
        ("Auto-Submitted: auto-notified", "automatic"),
        ("Auto-Submitted: yes", "automatic"),
        ("X-Autoreply: yes", "automatic"),
        ("X-Autorespond: Re", "automatic"),
        ("X-Auto-Reply-From: x", "automatic"),
        ("Precedence: auto_reply", "automatic"),
        ("X-Precedence: auto_reply", "automatic"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("Precedence: list", "bulk"),
        ("Precedence: first-class", ""),
        ("List-Id: Hedge layers <hedges.example>", "bulk"),
        ("Return-Path: <>", "automatic"),
        (f"Return-Path: <{BLODWEN}>", ""),
        ("Subject: Automatic reply: Hedges", "automatic"),
        ("Subject: Automatische Antwort: Hecken", "automatic"),
        ("Subject: Re: Automatic reply: Hedges", ""),
        ("Subject: Réponse automatique : haies", "automatic"),
        ("X-Failed-Recipients: somebody@x.example", "report"),
        ("Content-Type: text/calendar; method=REPLY", "calendar"),
        ("Content-Type: message/delivery-status", "report"),
        ("Content-Type: multipart/report; report-type=disposition-notification", "report"),
        ("Content-Type: MULTIPART/REPORT", "report"),
        ("X-Auto-Response-Suppress: DR, OOF", ""),
        ("Disposition-Notification-To: x", ""),
    ],
)
def test_a_header_tells_a_machine(header: str, machine: str) -> None:
    assert reading_of("Hello.", header).machine == machine


@pytest.mark.parametrize(
    ("sender", "machine"),
    [
        ("MAILER-DAEMON@mx.example (Mail Delivery System)", "automatic"),
        ("Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "automatic"),
        ("Postmaster <postmaster@x.example>", "automatic"),
        ("MAILER-DAEMON", "automatic"),
        ("Daemon Mailer <daemon@x.example>", ""),
    ],
)
def test_a_sender_tells_a_machine(sender: str, machine: str) -> None:
    assert read(mail(sender=sender), trusted="").machine == machine


def invitation(method: str) -> bytes:
    message = EmailMessage()
    message["From"] = BLODWEN
    message.set_content("Shall we say Thursday?")
    ics = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nORGANIZER:mailto:{BLODWEN}\r\nEND:VCALENDAR"
    message.add_alternative(ics, subtype="calendar", params={"method": method})
    return message.as_bytes()


def test_an_answer_to_an_invitation_is_not_passed_on_but_an_invitation_has_words() -> None:
    answer, asks = read(invitation("REPLY"), trusted=""), read(invitation("REQUEST"), trusted="")

    assert answer.machine == "calendar"
    assert (asks.machine, asks.text, asks.files) == ("", "Shall we say Thursday?", 1)


# --- what came back -------------------------------------------------------------------------------


def report(kind: str, *fields: str, body: str = "It did not arrive.") -> bytes:
    """A multipart/report: words for people, fields for machines, and the mail it is about."""
    told = "\n".join(fields)
    return (
        f"From: MAILER-DAEMON@mx.example\nAuto-Submitted: auto-replied\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\n{PLAIN}\n\n{body}\n--b\nContent-Type: message/{kind}\n\n{told}\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: x@board.example\nTo: {BLODWEN}\n\nHi\n--b--\n"
    ).encode()


def status(action: str, code: str) -> tuple[str, ...]:
    return (
        *("Reporting-MTA: dns; mx.example", "", f"Final-Recipient: rfc822; {BLODWEN}"),
        *(f"Action: {action}", f"Status: {code}", "Diagnostic-Code: smtp; 550 no such user"),
    )


@pytest.mark.parametrize(
    ("raw", "failed"),
    [
        (report("delivery-status", *status("failed", "5.1.1")), ("permanent",)),
        (report("delivery-status", *status("Failed", "5.7.1")), ("permanent",)),
        (report("delivery-status", *status("failed", "4.2.2")), ("temporary",)),
        (report("delivery-status", *status("delayed", "4.4.1")), ("temporary",)),
        (report("delivery-status", *status("delivered", "2.0.0")), ()),
        (report("delivery-status", *status("relayed", "2.0.0")), ()),
        (report("delivery-status", "nonsense"), ()),
        (report("feedback-report", "Feedback-Type: abuse", "Version: 1"), ("complaint",)),
        (report("feedback-report", "Feedback-Type: not-spam", "Version: 1"), ()),
        (report("disposition-notification", f"Final-Recipient: rfc822; {BLODWEN}"), ()),
    ],
)
def test_a_report_says_what_came_back(raw: bytes, failed: tuple[str, ...]) -> None:
    reading = read(raw, trusted="")

    assert (reading.machine, reading.failed) == ("report", failed)


@pytest.mark.parametrize(
    "text",
    [
        f"Hi. This is the qmail-send program at mx.\n\n<{BLODWEN}>:\nNo mailbox.\n\n--- Below\n",
        f"Failed addresses follow:\n\n  {BLODWEN}\n\nMessage text follows:\n",
    ],
)
def test_a_bounce_of_the_old_kind_is_understood(text: str) -> None:
    raw = mail(text, PLAIN, sender="MAILER-DAEMON@mx.example")

    assert read(raw, trusted="").failed == ("permanent",)


def test_what_a_person_quotes_of_a_bounce_is_none() -> None:
    raw = report("delivery-status", *status("failed", "5.1.1")).decode().partition("\n\n")[2]

    reading = reading_of(f"Look what I got:\n\n{raw}", PLAIN)

    assert (reading.machine, reading.failed) == ("", ())
