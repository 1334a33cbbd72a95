"""No bytes whatever make `read` fail, nor tell more than they may."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.secret import Address
from app.relay.incoming.body import LONGEST
from app.relay.reading import read, sender_proven
from tests.relay.reading.clients import BLODWEN, CLIENTS, Reply
from tests.relay.reading.languages import ENGLISH, HEBREW, JAPANESE

REAL = [client(Reply(one, one.own[0])) for client in CLIENTS for one in (ENGLISH, JAPANESE, HEBREW)]
SPLINTERS = [
    *(b"\n", b"\r\n", b"\n\n", b"\0", b"--", b"=", b"=?utf-8?b?", b"?=", b"<", b">", b"<table>"),
    *(b"Content-Type: multipart/mixed; boundary=", b"Content-Type: message/delivery-status\n\n"),
    *(b"Content-Transfer-Encoding: base64\n", b"charset*0*=utf-7''%", b"From: ", b"\xff", b"("),
    *(b"Content-Disposition: attachment; filename*=", b"https://[", b"&#xd800;", b"<?xml ", b"> "),
    *(b"Authentication-Results: t;", b"dmarc=pass", b"; format=flowed; delsp=yes"),
    *(b"\xed\xa0\x80", b'"'),
]  # fmt: skip
PIECES = st.one_of(st.sampled_from(SPLINTERS), st.binary(max_size=40))


def assert_sound(raw: bytes) -> None:
    reading = read(raw, trusted="t")

    told = (reading.text, reading.message_id, reading.results, *reading.senders, *reading.loops)
    assert "\0" not in "".join(told).encode().decode()  # no half of a surrogate pair either
    assert len(reading.text) <= LONGEST
    if not reading.results:
        assert not sender_proven(reading, Address(BLODWEN))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_arbitrary_bytes_are_read(pieces: list[bytes]) -> None:
    assert_sound(b"".join(pieces))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(REAL), st.lists(PIECES, min_size=1, max_size=6), st.integers(0, 2**32))
def test_real_mails_with_splinters_in_them_are_read(
    raw: bytes, pieces: list[bytes], seed: int
) -> None:
    where = random.Random(seed)
    for piece in pieces:
        at, gone = where.randrange(len(raw) + 1), where.choice((0, 0, 1, 40))
        raw = raw[:at] + piece + raw[at + gone :]

    assert_sound(raw)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REAL), st.integers(0, 10_000))
def test_mails_cut_off_anywhere_are_read(raw: bytes, length: int) -> None:
    assert_sound(raw[:length])
