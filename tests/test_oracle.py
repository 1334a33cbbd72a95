"""The oracle sees through every wrapping it is meant to, and cries wolf at nothing."""

import base64
import quopri
from email.header import Header
from urllib.parse import quote

import pytest

from tests.oracle import assert_no_leak

ADDRESS = "gwen.prydderch+ads@tyddyn.example"


@pytest.mark.parametrize(
    "material",
    [
        ADDRESS,
        "GWEN.Prydderch@x.example",
        "write to anybody@tyddyn.example",
        "gwenprydderch",
        "gwen.prydderch",
        quote(quote(ADDRESS, safe=""), safe=""),
        "gwen&#46;prydderch&#x2b;ads&commat;tyddyn&period;example",
        base64.b64encode(f"Reply-To: {ADDRESS}\r\n".encode()).decode(),
        "Subject: " + Header(f"Ŵyn {ADDRESS}", "utf-8").encode(),
        quopri.encodestring(f"{'x' * 70}{ADDRESS}".encode()),
        "gwen.pryd\n> derch",
        "ｇｗｅｎ．ｐｒｙｄｄｅｒｃｈ",
        "gwen.\u200bprydd\u00aderch",
        base64.b64encode(quote(ADDRESS).encode() * 2),
    ],
)
def test_sees_an_address(material: bytes | str) -> None:
    with pytest.raises(AssertionError):
        assert_no_leak(material, ADDRESS)


def test_is_quiet_about_the_innocent() -> None:
    page = "<p>Gwen wrote: friday@three? 100% sure, =3D, &amp; SGVsbG8gd29ybGQgYW5k</p>"

    assert_no_leak(page, ADDRESS)
    assert_no_leak(page, "wren@tyddyn.example")
