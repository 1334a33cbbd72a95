"""What strangers put into the header of a mail grows no header in the one that goes on."""

from email import message_from_bytes

import pytest

from tests.oracle import assert_no_leak
from tests.relay.mailin.post import PASSED, Post
from tests.relay.talk import REPLIER, WRITER
from tests.relay.test_answerable import HEADERS

HOSTILE = {
    "encoded line break": b"=?UTF-8?Q?=0D=0AReply-To:_eve=40evil.example?=",
    "encoded in base64": b"=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "line break": b"x\r\nBcc: eve@evil.example",
    "line feed": b"x\nBcc: eve@evil.example",
    "carriage return": b"x\rBcc: eve@evil.example",
    "folded": b"x\r\n Bcc: eve@evil.example",
    "end of the header": b"x\r\n\r\nBcc: eve@evil.example\r\n",
    "NUL": b"x\0Bcc: eve@evil.example",
    "line separator": "x\u2028Bcc: eve@evil.example".encode(),
    "four kilobytes": b"w" * 4096,
}
LINES = {
    "subject": b"Subject: %b\r\n",
    "name": b'From: "%b" <' + REPLIER.encode() + b">\r\n",
    "message id": b"Message-ID: <%b@x>\r\nReferences: <%b@x>\r\n",
    "thread topic": b"Thread-Topic: %b\r\nX-Board-Loop: %b\r\n",
}
BOUNDARY = b"Content-Type: multipart/mixed; boundary=b\r\n"
BODY = (
    b"\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nFriday it is.\r\n"
    b'--b\r\nContent-Type: application/pdf; name="%b"\r\n'
    b'Content-Disposition: attachment; filename="%b"\r\n\r\nx\r\n--b--\r\n'
)


def composed(part: str, hostile: bytes) -> bytes:
    """A mail of the replier's with `hostile` in one place of it."""
    domain = REPLIER.rpartition("@")[2]
    head = b"Authentication-Results: " + (PASSED + domain).encode() + b"\r\n"
    if part != "name":
        head += b"From: " + REPLIER.encode() + b"\r\n"
    if part == "file name":
        return head + BOUNDARY + BODY.replace(b"%b", hostile)
    # The line stands last: whatever breaks out of it can only make a body of the body's beginning.
    return head + BOUNDARY + LINES[part].replace(b"%b", hostile) + BODY.replace(b"%b", b"a.pdf")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("part", [*LINES, "file name"])
def test_it_grows_no_header_in_any_mail_that_follows(post: Post, part: str, hostile: bytes) -> None:
    before = len(post.talk.mails())

    assert post.bring(composed(part, hostile), post.alias(REPLIER))[0][0] == 250
    post.work()

    assert post.outcomes()[0] in {"relayed", "held", "empty", "unreadable"}
    for mail in post.talk.mails()[before:]:
        told = message_from_bytes(mail.raw)
        assert set(told.keys()) <= {*HEADERS, "In-Reply-To", "References", "Auto-Submitted"}
        assert len(told.keys()) == len(set(told.keys()))
        assert "evil" not in str(told.items())
        if mail.to == WRITER:
            assert "Friday it is." in mail.body
            assert_no_leak(mail.raw, REPLIER)


@pytest.mark.parametrize("part", ["subject", "message id", "thread topic", "file name"])
def test_an_ordinary_one_is_passed_on_without_any_of_it(post: Post, part: str) -> None:
    post.bring(composed(part, b"Zebra crossing"), post.alias(REPLIER))
    post.work()

    assert post.outcomes() == ["relayed"]
    assert b"zebra" not in post.talk.mails(WRITER)[-1].raw.lower()
