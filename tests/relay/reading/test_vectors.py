"""Every place in which a mail carries an address, one by one: none of them reaches the other side.

Of a mail only Reading.text is passed on, so that, scrubbed, is what is looked at.
"""

import base64
from email.message import EmailMessage
from html import escape
from urllib.parse import quote

import idna
import pytest

from app.core.secret import Address
from app.relay.reading import Reading, read
from app.relay.scrub import ADDRESS_REMOVED, scrub
from tests.oracle import assert_no_leak
from tests.relay.reading.clients import ALIAS, BLODWEN, GWILYM, RELAY, SAFE, SECRET
from tests.relay.reading.mails import html, mail, reading_of

PARTIES = (Address(BLODWEN), Address(GWILYM))
LOCAL, _, DOMAIN = BLODWEN.partition("@")
OWN = "Thursday is fine."
CODED = base64.b64encode(BLODWEN.encode()).decode()


def passed_on(text: str) -> str:
    """The text as the other side gets it, which shows nobody's address."""
    words, _ = scrub(text, parties=PARTIES)
    assert_no_leak(words, BLODWEN, GWILYM)
    return words


@pytest.mark.parametrize(
    "name",
    [
        *("From", "Sender", "Reply-To", "Return-Path", "X-Envelope-From", "X-Apparently-From"),
        *("Resent-From", "Resent-Sender", "Resent-To", "Resent-Reply-To", "Resent-Message-ID"),
        *("Errors-To", "Return-Receipt-To", "Disposition-Notification-To", "Cc", "Bcc", "To"),
        *("Received", "X-Received", "Delivered-To", "X-Original-To", "X-Forwarded-For", "Comments"),
        *("Message-ID", "References", "In-Reply-To", "Content-ID", "Content-Location", "Subject"),
        *("Autocrypt", "X-Sender", "X-Originating-Email", "Organization", "Thread-Topic"),
        *("X-Board-Loop", "List-Unsubscribe", "Content-Description", "Date", "Face", "OpenPGP"),
    ],
)  # fmt: skip
def test_no_header_is_passed_on(name: str) -> None:
    value = f'"{BLODWEN}" <{BLODWEN}> {CODED} =?utf-8?B?{CODED}?='

    assert passed_on(reading_of(OWN, f"{name}: {value}").text) == OWN


def test_a_display_name_that_is_an_address_is_not_passed_on() -> None:
    named = mail(OWN, sender=f'"{BLODWEN}" <{BLODWEN}>')

    assert passed_on(read(named, trusted="").text) == OWN


def test_a_boundary_and_what_stands_around_the_parts_are_not_passed_on() -> None:
    edge = f"=_{BLODWEN}"
    body = f"{BLODWEN}\n--{edge}\nContent-Type: text/plain\n\n{OWN}\n--{edge}--\n{BLODWEN}"

    told = reading_of(body, f'Content-Type: multipart/mixed; boundary="{edge}"')

    assert passed_on(told.text) == OWN


@pytest.mark.parametrize(
    "earlier",
    [
        f"On Tue, 3 Jun 2025 at 10:04, Blodwen Hughes <{BLODWEN}> wrote:\n\n> My first thought.",
        f"Le 3 juin 2025 à 10:04, Blodwen <{BLODWEN}> a écrit :\n\n> My first thought.",
        f"From: Blodwen Hughes <{BLODWEN}>\nSent: 03 June 2025 10:04\nTo: Gwilym via Bothways\n"
        "Subject: Re: Hedges\n\nMy first thought.",
    ],
)
def test_a_follow_up_to_ones_own_mail_does_not_show_who_wrote_that(earlier: str) -> None:
    assert passed_on(reading_of(f"{OWN}\n\n{earlier}").text) == OWN


@pytest.mark.parametrize("mark", ["-- \n", "", "Best wishes\n", "__________\n"])
def test_a_signature_gives_no_address_away(mark: str) -> None:
    signed = f"{OWN}\n\n{mark}Blodwen | {BLODWEN} | mailto:{BLODWEN}"

    assert passed_on(reading_of(signed).text).startswith(OWN)


@pytest.mark.parametrize("typed", ["tŷ-môr.example", "TŶ-MÔR.example", "xn--t-mr-xqa79e.example"])
def test_a_domain_beyond_ascii_is_taken_out_in_either_form(typed: str) -> None:
    own = "blodwen@tŷ-môr.example"
    assert idna.encode("tŷ-môr.example").decode() == "xn--t-mr-xqa79e.example"

    words, found = scrub(reading_of(f"I am blodwen@{typed}, as ever").text, parties=[Address(own)])

    assert (words, found) == (f"I am {ADDRESS_REMOVED}, as ever", 1)


def test_a_reading_shows_no_address_when_it_is_printed() -> None:
    told = reading_of(f"Write to {BLODWEN}", f"Message-ID: <{BLODWEN}>")

    assert_no_leak(repr(told), BLODWEN)


@pytest.mark.parametrize(
    "typed",
    [
        BLODWEN,
        BLODWEN.upper(),
        f"<{BLODWEN}>",
        f"mailto:{BLODWEN}",
        BLODWEN.replace("@", "＠"),
        BLODWEN.replace("@", "\u200b@\u200b"),
        "\u00ad".join(BLODWEN),
        "\u2060".join(BLODWEN),
        BLODWEN.replace("@", " [at] ").replace(".", " [dot] "),
        BLODWEN.replace("hughes@", "hughes+ads@"),
        quote(BLODWEN, safe=""),
        quote(quote(BLODWEN, safe=""), safe=""),
        BLODWEN.replace("@", "&#64;"),
        f"{BLODWEN}<mailto:{BLODWEN}>",
        "blodwen.hughes@\nharbwrmawr.example",
    ],
)
def test_a_typed_address_is_taken_out_in_every_disguise(typed: str) -> None:
    assert passed_on(reading_of(f"Reach me here: {typed}, I said.").text)


@pytest.mark.parametrize(
    "link",
    [
        SAFE,
        SAFE.replace("safelinks.protection", "safelinks.Protection"),
        f"https://www.google.com/url?q=https%3A%2F%2Fhedges.example%2Fhow&sa=D&user={CODED}",
        "https://urldefense.com/v3/__https://hedges.example/how__;!!Ab12!Cd34$",
        f"https://urldefense.proofpoint.com/v2/url?u=https-3A__hedges.example_how&r={CODED}",
        f"https://linkprotect.cudasvc.com/url?a=https%3A%2F%2Fhedges.example%2Fhow&e={CODED}",
        "https://secure-web.cisco.com/1AbC/https%3A%2F%2Fhedges.example%2Fhow",
        "https://eu-west-1.protection.sophos.com/?d=hedges.example&u="
        f"{base64.b64encode(b'https://hedges.example/how').decode()}&i={CODED}",
        f"https://eur01.safelinks.protection.outlook.com/?url={quote(SAFE, safe='')}&data=x",
    ],
)
def test_links_come_out_of_what_filters_wrap_around_them(link: str) -> None:
    markup = f'<p>Look <a href="{escape(link)}" originalsrc="x">here</a>!</p>'

    assert passed_on(reading_of(f"See {link}.").text) == "See https://hedges.example/how."
    assert passed_on(html(markup)) == "Look here <https://hedges.example/how>!"


@pytest.mark.parametrize(
    ("link", "left"),
    [
        (f"https://news.example/out?e={CODED}", "https://news.example/out"),
        (f"https://news.example/out?e={quote(BLODWEN)}&x=1", "https://news.example/out"),
        (f"https://news.example/{CODED}/out", "https://news.example"),
        (f"https://{quote(BLODWEN)}:secret@news.example/", "https://news.example/"),
        ("https://eur01.safelinks.protection.outlook.com/?data=05", ""),
        (f"https://board.example/l/{SECRET}", ""),
        (f"https://board.example/l/stop-{SECRET}", ""),
        ("https://hedges.example/how?lang=cy", "https://hedges.example/how?lang=cy"),
        ("https://social.example/@blodwen", "https://social.example/@blodwen"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_a_link_loses_what_tells_of_its_reader(link: str, left: str) -> None:
    assert passed_on(reading_of(f"See {link} now").text) == " ".join(f"See {left} now".split())


def test_what_html_hides_stays_hidden() -> None:
    hidden = (
        f'<p>{OWN}</p><img src="https://t.example/{CODED}.gif" alt="{BLODWEN}" width=1>'
        f'<p style="display:none">{BLODWEN}</p><a href="mailto:{BLODWEN}" title="{BLODWEN}"></a>'
        f"<!-- {BLODWEN} --><input type=hidden value={BLODWEN}><noscript></noscript>"
        f'<meta name=author content="{BLODWEN}"><span data-who="{BLODWEN}"></span>'
    )

    assert passed_on(html(hidden)) == OWN


# --- files ----------------------------------------------------------------------------------------


def with_part(kind: str, inside: str, *header: str, within: str = "mixed") -> Reading:
    """A mail of two parts: words, and another of this kind."""
    more = f"{kind}\n" + "".join(f"{line}\n" for line in header)
    body = f"--b\nContent-Type: text/plain\n\n{OWN}\n--b\nContent-Type: {more}\n{inside}\n--b--"
    return reading_of(body, f"Content-Type: multipart/{within}; boundary=b")


CARD = f"BEGIN:VCARD\nEMAIL:{BLODWEN}\nEND:VCARD"
ATTACHED = f'Content-Disposition: attachment; filename="{BLODWEN}.txt"'


@pytest.mark.parametrize(
    ("kind", "inside", "header", "files"),
    [
        ("text/vcard", CARD, "", 1),
        ("text/x-vcard; name=card.vcf", CARD, ATTACHED, 1),
        ("text/calendar; method=REQUEST", f"ORGANIZER:mailto:{BLODWEN}", "", 1),
        ("text/plain", f"my {BLODWEN}", ATTACHED, 1),
        ("text/plain; name=notes.txt", BLODWEN, "Content-Disposition: inline", 1),
        ("text/html", f"<p>{BLODWEN}", ATTACHED, 1),
        ("message/rfc822", f"From: {BLODWEN}\n\nMy mail is {BLODWEN}", "", 1),
        ("message/partial; id=x", BLODWEN, "", 1),
        ("message/external-body; access-type=x", BLODWEN, "", 1),
        ("application/ms-tnef; name=winmail.dat", CODED, "Content-Transfer-Encoding: base64", 1),
        ("application/pgp-keys", f"Comment: {BLODWEN}", ATTACHED, 1),
        ("application/pdf", CODED, "Content-Transfer-Encoding: base64", 1),
        ("image/jpeg", CODED, "Content-Disposition: inline; filename=me.jpg", 1),
        ("application/pgp-signature", BLODWEN, "", 0),
        ("application/pkcs7-signature; name=smime.p7s", CODED, "", 0),
        ("application/octet-stream", BLODWEN, "", 1),
    ],
)
def test_a_file_is_counted_and_not_passed_on(
    kind: str, inside: str, header: str, files: int
) -> None:
    reading = with_part(kind, inside, *filter(None, [header]))

    assert (passed_on(reading.text), reading.files) == (OWN, files)


def test_a_logo_in_a_signature_is_no_file_unless_it_is_attached() -> None:
    logo, attached = (f"Content-ID: <{BLODWEN}>",), (ATTACHED,)

    assert with_part("image/png; name=logo.png", CODED, *logo, within="related").files == 0
    assert with_part("image/png", CODED, *attached, within="related").files == 1


def test_another_form_of_the_words_is_no_file() -> None:
    amp = with_part("text/x-amp-html", f"<p>{BLODWEN}", within="alternative")

    assert (amp.text, amp.files) == (OWN, 0)


def test_files_are_counted_in_every_form_of_the_words() -> None:
    message = EmailMessage()
    message.set_content(OWN)
    message.add_alternative(f"<p>{OWN}</p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{BLODWEN}.pdf")
    message.add_attachment(message.get_body() or message)

    reading = read(message.as_bytes(), trusted="")

    assert (reading.text, reading.files) == (OWN, 2)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (f"{OWN}\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{CODED}\n"
         "-----END PGP PUBLIC KEY BLOCK-----", 0),
        (f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{OWN}\n"
         f"-----BEGIN PGP SIGNATURE-----\n\n{CODED}\n-----END PGP SIGNATURE-----", 0),
        (f"{OWN}\n\nbegin 644 {BLODWEN}.txt\n#86)C\n`\nend", 1),
        (f"{OWN}\n\n-----BEGIN PGP MESSAGE-----\n{CODED}", 0),
    ],
)  # fmt: skip
def test_files_and_seals_written_as_text_stay_behind(text: str, files: int) -> None:
    reading = reading_of(text)

    assert (passed_on(reading.text), reading.files) == (OWN, files)


def test_what_is_encrypted_has_no_words() -> None:
    sealed = "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--"

    assert reading_of(sealed, "Content-Type: multipart/encrypted; boundary=b").text == ""


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "raw", "text"),
    [
        ("utf-8", "tŷ a chaffi".encode(), "tŷ a chaffi"),
        ("utf-8", "caf\xe9".encode("latin-1"), "café"),
        ("us-ascii", "tŷ".encode(), "tŷ"),
        ("iso-8859-1", "tŷ – ‘cwm’".encode(), "tŷ – ‘cwm’"),
        ("iso-8859-1", "caf\xe9 \x91x\x92".encode("latin-1"), "café ‘x’"),
        ("iso-8859-14", "tŷ".encode("iso-8859-14"), "tŷ"),
        ("windows-1252", "caf\xe9 \x80".encode("latin-1"), "café €"),
        ("shift_jis", "木曜日".encode("shift_jis"), "木曜日"),
        ("iso-2022-jp", "木曜日".encode("iso-2022-jp"), "木曜日"),
        ("gb2312", "星期四".encode("gb2312"), "星期四"),
        ("utf-16", "Dydd Iau".encode("utf-16"), "Dydd Iau"),
        ("no-such-charset", "tŷ".encode(), "tŷ"),
        ("idna", b"xn--harbr-ehb", "xn--harbr-ehb"),
        ("punycode", b"abc-", "abc-"),
        ("rot13", b"uryyb", "uryyb"),
        ("base64", b"aGVsbG8=", "aGVsbG8="),
        ("", "tŷ".encode(), "tŷ"),
        ('"utf-8', "tŷ".encode(), "tŷ"),
        ("utf-8", b"\xef\xbb\xbfhello", "hello"),
        ("utf-8", b"a\x00b\x1b[31mc", "ab[31mc"),
        ("utf-8", "a\u2028b".encode(), "a\nb"),
        ("utf-8", b"\xed\xa0\x80 x", "í\xa0€ x"),
    ],
)
def test_letters_are_read_whatever_charset_is_declared(
    declared: str, raw: bytes, text: str
) -> None:
    told = f"From: {BLODWEN}\nContent-Type: text/plain; charset={declared}\n"
    whole = f"{told}Content-Transfer-Encoding: base64\n\n".encode() + base64.encodebytes(raw)

    assert read(whole, trusted="").text == " ".join(text.split(" ")).replace("\xa0", " ")


def test_flowed_paragraphs_become_whole_again() -> None:
    flowed = "Content-Type: text/plain; charset=utf-8; format=flowed"
    text = "One long \nparagraph here.\n Stuffed\n> quoted \nLast.\n-- \nBlodwen"

    assert reading_of(text, flowed).text == "One long paragraph here.\nStuffed\n\nLast."


def test_what_the_relay_needs_of_a_header_is_read() -> None:
    header = ("Message-ID:  <one@x>\t", "X-Board-Loop: abc", "X-Board-Loop: def")
    received = ["Received: from a by b"] * 30
    results = "Authentication-Results: MX.example; dmarc=pass"

    told = read(mail("x", *header, *received, results), trusted="mx.example")

    assert (told.message_id, told.loops, told.received) == ("<one@x>", ("abc", "def"), 30)
    assert told.results == "MX.example; dmarc=pass"
    assert read(mail("x"), trusted="").message_id == ""


def test_an_alias_that_is_typed_is_taken_for_a_quotation_rather_than_passed_on() -> None:
    assert reading_of(f"{OWN}\n\nGwilym, {ALIAS}@{RELAY}\n\nHis words").text == OWN
