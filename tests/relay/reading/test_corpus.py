"""Whatever program somebody answers with, in whatever language: their words come, no more."""

import re
from itertools import cycle

import pytest

from app.core.secret import Address
from app.relay.reading import read
from app.relay.scrub import scrub
from tests.oracle import assert_no_leak
from tests.relay.reading.clients import BLODWEN, CLIENTS, GWILYM, SECRET, WHO, Client, Reply
from tests.relay.reading.languages import LANGUAGES

PARTIES = (Address(BLODWEN), Address(GWILYM))
_TURN = cycle((0, 1))
CASES = [
    (client, Reply(language, language.own[next(_TURN)]))
    for client in CLIENTS
    for language in LANGUAGES
]
LEAST_SURVIVING = 0.95


def words(text: str) -> list[str]:
    """Words, and the signs of scripts that set no spaces."""
    return re.findall(r"[^\W_]+", text)


def name(case: object) -> str:
    if isinstance(case, Reply):
        return case.language.code
    return getattr(case, "__name__", "")


@pytest.mark.parametrize(("client", "reply"), CASES, ids=name)
def test_what_was_typed_comes_through_and_nothing_of_what_was_answered(
    client: Client, reply: Reply
) -> None:
    reading = read(client(reply), trusted="")

    passed_on, _ = scrub(reading.text, parties=PARTIES)

    assert words(passed_on) == words(reply.own)
    assert_no_leak(passed_on, BLODWEN, GWILYM)
    assert not any(secret in passed_on for secret in (SECRET, SECRET[::-1], WHO, "/l/"))
