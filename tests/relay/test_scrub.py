"""An address that its owner shares: kept as a mark, filled in by mails, everything else removed."""

import pytest

from app.core.secret import Address
from app.relay.scrub import ADDRESS_REMOVED, ADDRESS_SHARED, scrub, unveil
from tests.oracle import assert_no_leak

OWN = Address("dafydd.rhys+board@letters.example")


@pytest.mark.parametrize(
    "text",
    ["Write to {}.", "{}", "({})", "mailto:{}", "“{}”, or ring", "<{}>", "{}\n{}", "{}/{}"],
)
def test_a_shared_address_leaves_a_mark_that_only_a_mail_fills_in(text: str) -> None:
    for spelled in (OWN.reveal(), OWN.reveal().upper()):
        kept, removed = scrub(text.replace("{}", spelled), parties=[OWN], shared=OWN)
        assert (kept, removed) == (text.replace("{}", ADDRESS_SHARED), 0)
        assert unveil(kept, OWN) == text.replace("{}", OWN.reveal())
        assert unveil(kept, None) == text.replace("{}", ADDRESS_REMOVED)


@pytest.mark.parametrize(
    "text",
    ["x{}", "{}x", "{}.uk", "a.{}", "{}@other.example", "a%{}", "dafydd.rhys@letters.example"],
)
def test_what_only_looks_like_the_shared_address_goes_as_ever(text: str) -> None:
    kept, removed = scrub(text.replace("{}", OWN.reveal()), parties=[OWN], shared=OWN)
    assert ADDRESS_SHARED not in kept
    assert removed >= 1
    assert_no_leak(kept, OWN.reveal())
