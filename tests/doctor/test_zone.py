"""The doctor and the DNS: what is there, what is missing, and the records to add."""

import time
from collections.abc import Callable

import pytest
from flask import Flask

from tests.doctor.name_server import NameServer
from tests.doctor.patient import NOTICES, RELAY, SETTINGS, WELL, Records, look, zone
from tests.oracle import assert_no_leak

Make = Callable[..., Flask]
PARTS = ("mx", "spf", "dkim", "dmarc")


def without(*keys: tuple[str, str]) -> Records:
    return {key: values for key, values in WELL.items() if key not in keys}


def changed(name: str, *texts: str) -> Records:
    return WELL | {(name, "TXT"): [f'"{text}"' for text in texts]}


def test_all_records_are_there(make_app: Make) -> None:
    said = zone(make_app, WELL, "--dkim-selector", "s1")

    assert said.of("mx") == [
        ("ok", f"Mail for {RELAY} goes to mx.board.example, spare.board.example.")
    ]
    assert said.of("spf") == [
        ("ok", f"{NOTICES}: v=spf1 a:mx.board.example -all"),
        ("ok", f"{RELAY}: v=spf1 mx -all"),
    ]
    assert said.levels("dkim") == ["ok", "ok"]
    # The record above counts for the domain below it, by what it says of those.
    assert said.of("dmarc") == [
        ("ok", f"{NOTICES}: reject."),
        ("ok", f"{RELAY}: quarantine, as {NOTICES} says."),
    ]
    assert_no_leak(said.text, "d@home.example")
    assert "@" not in said.text


def test_what_is_missing_is_printed_as_the_records_to_add(make_app: Make) -> None:
    said = zone(make_app, {}, "--dkim-selector", "s1", "--dkim-selector", "s2")

    assert said.status == 1
    for line in (
        f"    {RELAY}. IN MX 10 mx.board.example.",
        f'    {NOTICES}. IN TXT "v=spf1 mx -all"',
        f'    {RELAY}. IN TXT "v=spf1 mx -all"',
        f'    s1._domainkey.{RELAY}. IN TXT "v=DKIM1; k=rsa; p=…"',
        f'    s2._domainkey.{NOTICES}. IN TXT "v=DKIM1; k=rsa; p=…"',
        f'    _dmarc.{NOTICES}. IN TXT "v=DMARC1; p=quarantine"',
        f'    _dmarc.{RELAY}. IN TXT "v=DMARC1; p=quarantine"',
    ):
        assert line in said.advice.splitlines()
    assert said.of("mx")[0] == ("look", f"No server takes mail for {NOTICES}.")
    assert said.levels("dmarc") == ["look", "look"]


def test_spf_names_the_mail_server_that_the_settings_name(make_app: Make) -> None:
    elsewhere = zone(make_app, {}, mail_url="smtp://127.0.0.1:1", base_url=f"http://www.{NOTICES}")
    assert f'{NOTICES}. IN TXT "v=spf1 a:www.{NOTICES} -all"' in elsewhere.advice


@pytest.mark.parametrize(
    ("texts", "level", "said"),
    [
        (("v=spf1 mx -all", "v=spf1 a -all"), "bad", "has 2 of them, so none counts."),
        (("v=spf1 mx +all",), "look", "lets anybody send in its name."),
        (("v=spf1 mx all",), "look", "lets anybody send in its name."),
        (("v=spf1 mx ?all",), "look", "lets anybody send in its name."),
        (("v=spf1 mx",), "look", "does not say what of all others."),
        (("v=spf10 mx -all",), "bad", "has none: others take its mail for forged."),
        (("V=SPF1 redirect=_spf.provider.example",), "ok", ""),
        (("v=spf1",), "look", "does not say what of all others."),
    ],
)
def test_spf_that_does_not_hold(
    make_app: Make, texts: tuple[str, ...], level: str, said: str
) -> None:
    found = zone(make_app, changed(RELAY, *texts)).of("spf")[1]

    assert found[0] == level
    assert found[1].endswith(said)


def test_dkim_needs_a_name_and_a_key(make_app: Make) -> None:
    unasked = zone(make_app, WELL)
    assert unasked.levels("dkim") == ["look", "look"]
    assert "flask doctor --dkim-selector NAME" in unasked.advice
    back = zone(make_app, changed(f"s1._domainkey.{RELAY}", "v=DKIM1; p="), "--dkim-selector", "s1")
    assert back.of("dkim")[1] == ("bad", f"{RELAY}: the key s1 was taken back.")


@pytest.mark.parametrize(
    ("name", "texts", "level", "said"),
    [
        (f"_dmarc.{NOTICES}", ("v=DMARC1; p=none",), "look", f"{RELAY}: none, as {NOTICES} says."),
        (f"_dmarc.{RELAY}", ("v=DMARC1; p=reject",), "ok", f"{RELAY}: reject."),
        (f"_dmarc.{RELAY}", ("v=DMARC1; p=none",), "look", f"{RELAY}: none."),
        (f"_dmarc.{RELAY}", ("v=DMARC1; p=none", "v=DMARC1; p=x"), "bad", "has 2 of them."),
        (f"_dmarc.{RELAY}", ("nothing of the kind",), "ok", f"as {NOTICES} says."),
    ],
)
def test_dmarc_by_the_nearest_record(
    make_app: Make, name: str, texts: tuple[str, ...], level: str, said: str
) -> None:
    found = zone(make_app, changed(name, *texts)).of("dmarc")[1]

    assert found[0] == level
    assert found[1].endswith(said)


def test_mail_that_leads_nowhere(make_app: Make) -> None:
    lost = without(("mx.board.example", "A"), ("spare.board.example", "AAAA"))
    said = zone(make_app, lost)
    assert said.of("mx") == [("bad", f"{RELAY} leads to mx.board.example, which leads nowhere.")]
    none = zone(make_app, WELL | {(RELAY, "MX"): ["0 ."]})
    assert none.levels("mx") == ["bad"]


def test_a_board_for_trying_has_no_records(make_app: Make) -> None:
    with NameServer({}) as server:
        said = look(make_app(), "--dns", server.place)
        assert server.asked == []
    assert said.levels("dns") == ["ok"]


def test_without_an_answer_it_says_so_and_goes_on(make_app: Make) -> None:
    began = time.monotonic()
    with NameServer({}, silent=True) as server:
        app = make_app(**(SETTINGS | {"base_url": "https://board.example"}))
        said = look(app, "--dns", server.place)

    assert time.monotonic() - began < 50
    assert said.levels("dns") == ["look", "look"]
    assert said.levels("website") == ["look"]
    assert not any(said.levels(part) for part in PARTS)
    assert "Traceback" not in said.text
    assert said.advice.count("flask doctor --dns") == 2


@pytest.mark.parametrize("place", ["9.9.9.9:x", "dns.example", "::1", "9.9.9.9:123456"])
def test_a_resolver_has_an_address(make_app: Make, place: str) -> None:
    said = look(make_app(), "--dns", place)
    assert said.status == 2
    assert "Give an address" in said.text
