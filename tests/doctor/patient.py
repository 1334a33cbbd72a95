"""A board that is looked at: what the doctor says of it."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask

from tests.doctor.name_server import NameServer


class Said(NamedTuple):
    """What one look came to. `lines`: (level, part, sentence)."""

    status: int
    text: str

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        found = self.text.partition("\n\n")[0].splitlines()
        return [(line[:5].strip(), line[6:15].strip(), line[16:]) for line in found]

    @property
    def advice(self) -> str:
        return self.text.partition("What to do:\n")[2]

    def of(self, part: str) -> list[tuple[str, str]]:
        """The lines of one part, as (level, sentence)."""
        return [(level, said) for level, it, said in self.lines if it == part]

    def levels(self, part: str) -> list[str]:
        return [level for level, _ in self.of(part)]


def look(app: Flask, *args: str) -> Said:
    """Ask the doctor, by its command."""
    ran = app.test_cli_runner().invoke(args=["doctor", *args])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return Said(ran.exit_code, ran.output)


Records = dict[tuple[str, str], list[str]]
RELAY, NOTICES = "reply.board.example", "board.example"
WELL: Records = {
    (NOTICES, "MX"): ["10 mx.board.example."],
    (NOTICES, "TXT"): ['"something else"', '"v=spf1 a:mx.board.example -all"'],
    (NOTICES, "A"): ["127.0.0.1"],
    ("mx.board.example", "A"): ["192.0.2.25"],
    (RELAY, "MX"): ["20 spare.board.example.", "10 mx.board.example."],
    ("spare.board.example", "AAAA"): ["2001:db8::25"],
    (RELAY, "TXT"): ['"v=spf1 mx " "-all"'],
    (f"s1._domainkey.{NOTICES}", "TXT"): ['"v=DKIM1; k=rsa; p=" "MIIBIjANBg"'],
    (f"s1._domainkey.{RELAY}", "TXT"): ['"p=MIIBIjANBg"'],
    (f"_dmarc.{NOTICES}", "TXT"): [
        '"v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@home.example"'
    ],
}
SETTINGS = {
    "mail_from": f"board@{NOTICES}",
    "relay_domain": RELAY,
    "trusted_authserv_id": f"mx.{NOTICES}",
}


def zone(make_app: Callable[..., Flask], records: Records, *args: str, **settings: object) -> Said:
    """What is said of these records."""
    with NameServer(records) as server:
        return look(make_app(**(SETTINGS | settings)), "--dns", server.place, *args)
