"""The bytes of a mail: exactly the intended headers, whatever people wrote into them."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.secret import Address
from app.core.signing import Signer
from app.core.site import Site
from app.core.text import is_header_safe
from app.mail.compose import LONGEST_PART, Route, UnsafeHeader, compose, message_id_of, wire_form
from app.mail.messages import Draft
from tests.mail.conftest import NOON, SITE
from tests.oracle import assert_no_leak

NOTICE = [
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Auto-Submitted", "X-Auto-Response-Suppress",
]  # fmt: skip
RELAYED = [name for name in NOTICE if name != "Auto-Submitted"]
ANSWERABLE = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "X-Auto-Response-Suppress", "X-Board-Loop", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID",
]  # fmt: skip
ALIAS = "m" + "abcdefghijklmnopqrstuvwxyz"
STOP = "https://board.example.org/l/stop-Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"
RELAY = replace(SITE, relay_domain="relay.example.org", signer=Signer(("new key", "old key")))
HOSTILE = [
    "=?UTF-8?Q?=0D=0AReply-To:_x=40y.z?=",
    "a =?utf-8?b?Zm9v?= b",
    "=?",
    "x\r\nBcc: eve@evil.example",
    "x\nBcc: eve@evil.example",
    "x\rBcc: eve@evil.example",
    "x\r\n\r\nbody",
    "nul\x00",
    "bell\x07",
    "tab\tbed",
    "next\x85line",
    "line\u2028separator",
    "paragraph\u2029separator",
    "lone\ud800surrogate",
    "back\u202ewards",
    "n" * 4096,
    "ŵ" * 4096,
]
parts = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=150)
    .filter(
        lambda text: is_header_safe(text) and not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def draft(subject: str = "Hello", body: str = "Hello\n", name: str | None = None) -> Draft:
    return Draft("declined", subject, body, name, False)


def mail(
    of: Draft, to: str = "anwen@home.example", now: datetime = NOON, ids: tuple[str, ...] = ()
) -> Message:
    route = Route(thread="7k2m9q7k2m9q7k2m", stop=STOP, earlier=ids) if ids else None
    return message_from_bytes(compose(of, site=SITE, to=Address(to), now=now, route=route))


def relayed(of: Draft, *ids: str, site: Site = RELAY) -> Message:
    """A mail of a conversation on a board whose mails can be answered."""
    route = Route(thread="7k2m9q7k2m9q7k2m", stop=STOP, alias=ALIAS, earlier=ids)
    to = Address("anwen@home.example")
    return message_from_bytes(compose(of, site=site, to=to, now=NOON, route=route))


def decoded(value: str) -> str:
    return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", value))))


def test_a_notice_has_exactly_these_headers() -> None:
    notice = mail(draft())
    assert notice.keys() == NOTICE
    assert notice["From"] == '"Bothways" <board@board.example.org>'
    assert notice["To"] == "anwen@home.example"
    assert notice["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert re.fullmatch(r"<[0-9a-f]{32}@board\.example\.org>", notice["Message-ID"])
    assert notice["Content-Type"] == 'text/plain; charset="utf-8"'
    assert notice["Auto-Submitted"] == "auto-generated"
    assert notice["X-Auto-Response-Suppress"] == "All"


def test_what_a_person_wrote_is_not_marked_as_a_machines_word() -> None:
    relayed = mail(draft(name="Ben"))
    assert relayed.keys() == RELAYED
    assert relayed["From"] == '"Ben via Bothways" <board@board.example.org>'


def test_earlier_mails_are_named_only_when_given() -> None:
    ids = tuple(f"<{number}@board.example.org>" for number in range(30))
    reply = mail(draft(name="Ben"), ids=ids)
    assert reply["In-Reply-To"] == "<29@board.example.org>"
    assert reply["References"].split() == list(ids[-10:])
    leaving = ["List-Unsubscribe", "List-Unsubscribe-Post"]
    assert sorted(reply.keys()) == sorted([*RELAYED, "In-Reply-To", "References", *leaving])


def test_an_answerable_mail_has_exactly_these_headers() -> None:
    mail = relayed(draft(name="Ben", subject="Re: Lambing help"))
    assert mail.keys() == ANSWERABLE
    assert mail["From"] == f'"Ben via Bothways" <{ALIAS}@relay.example.org>'
    assert mail["To"] == "you@relay.example.org"
    assert mail["Reply-To"] == f"{ALIAS}@relay.example.org"
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Feedback-ID"] == "declined:relay:bothways"
    assert re.fullmatch(r"<[0-9a-f]{32}@relay\.example\.org>", mail["Message-ID"])
    assert message_id_of(mail.as_bytes()) == mail["Message-ID"]
    assert RELAY.signer.knows("loop", "7k2m9q7k2m9q7k2m", mail["X-Board-Loop"])


def test_an_answerable_notice_says_it_is_a_machines_word() -> None:
    assert relayed(draft()).keys() == [
        *ANSWERABLE[:9], "Auto-Submitted", *ANSWERABLE[9:]
    ]  # fmt: skip
    assert relayed(draft())["From"] == f'"Bothways" <{ALIAS}@relay.example.org>'


def test_an_answerable_mail_names_earlier_ones_after_its_own_id() -> None:
    mail = relayed(draft(name="Ben"), "<1@relay.example.org>", "<2@relay.example.org>")
    assert mail["In-Reply-To"] == "<2@relay.example.org>"
    assert mail["References"] == "<1@relay.example.org> <2@relay.example.org>"
    assert mail.keys() == [*ANSWERABLE[:6], "In-Reply-To", "References", *ANSWERABLE[6:]]


def test_the_readers_own_address_stands_in_to_only_where_that_is_wanted() -> None:
    real = relayed(draft(name="Ben"), site=replace(RELAY, to_header="real"))
    assert real["To"] == "anwen@home.example"
    assert_no_leak(relayed(draft(name="Ben")).as_bytes(), "anwen@home.example")


def test_a_board_with_a_name_beyond_ascii_has_a_feedback_id_too() -> None:
    named = relayed(draft(name="Ben"), site=replace(RELAY, name="合わせ鏡"))
    assert named["Feedback-ID"] == "declined:relay:board"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_answerable_mail_grows_no_header_either(text: str) -> None:
    for hostile in (draft(subject=f"{text} answers your ad: x"), draft(name=text)):
        with pytest.raises(UnsafeHeader):
            relayed(hostile)
    with pytest.raises(UnsafeHeader):
        relayed(draft(), text)


def test_a_date_tells_no_time_zone() -> None:
    abroad = NOON.astimezone(timezone(timedelta(hours=9)))
    assert mail(draft(), now=abroad)["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"


def test_two_mails_alike_have_message_ids_of_their_own() -> None:
    assert mail(draft())["Message-ID"] != mail(draft())["Message-ID"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_could_become_a_header_is_refused_everywhere(text: str) -> None:
    for hostile in (draft(subject=text), draft(subject=f"Re: {text}"), draft(name=text)):
        with pytest.raises(UnsafeHeader):
            mail(hostile)
    with pytest.raises(UnsafeHeader):
        mail(draft(), ids=(text,))
    with pytest.raises(UnsafeHeader):
        mail(draft(), to=f"{text}@home.example")


@pytest.mark.parametrize(
    "address",
    ["", "anwen", "a@b@c.example", "an wen@home.example", "ŵyn@home.example", "<a@b.example>",
     "a@b.example,c@d.example", "a@b.example\r\nBcc: x@y.example", "a@" + "x" * 300],
)  # fmt: skip
def test_an_address_that_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeHeader) as refusal:
        wire_form(Address(address))
    assert not str(refusal.value).count(address or "nothing")


def test_a_domain_beyond_ascii_travels_in_its_ascii_form() -> None:
    assert wire_form(Address("sian.o'neill+x@bŵth.example")) == (
        "sian.o'neill+x@xn--bth-b2a.example"
    )


@given(name=parts, subject=parts)
def test_names_and_subjects_arrive_as_written(name: str, subject: str) -> None:
    got = mail(draft(subject=subject, name=name))
    assert got.keys() == RELAYED
    shown, address = parseaddr(got["From"])
    assert decoded(shown) == f"{name} via Bothways"
    assert address == SITE.mail_from
    assert decoded(got["Subject"]) == subject


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_bodies_arrive_as_written_in_short_seven_bit_lines(text: str) -> None:
    mime = compose(draft(body=text), site=SITE, to=Address("a@b.example"), now=NOON)
    assert mime.isascii()
    assert max(map(len, mime.split(b"\r\n"))) <= 78
    assert b"\n" not in mime.replace(b"\r\n", b"")
    body = message_from_bytes(mime).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == text


def test_the_longest_name_and_subject_travel() -> None:
    long = draft(subject="w" * LONGEST_PART, name="ŵ " * 190)
    got = mail(long)
    assert decoded(got["Subject"]) == "w" * LONGEST_PART
    assert decoded(parseaddr(got["From"])[0]).startswith("ŵ ŵ ŵ")
