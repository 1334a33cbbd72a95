"""Reply mails as the mail programs of the world write them, with the writer’s address all over.

One function a program: it takes a Reply and returns the bytes. Blodwen writes, and that address
must not get through. What is answered came from Gwilym by way of the board.
"""

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tests.relay.reading.languages import Language

BLODWEN = "blodwen.hughes@harbwrmawr.example"
GWILYM = "gwilym.preece@llyngoch.example"
ALIAS = "m" + "a2b3c4d5e6f7" * 2 + "gh"
RELAY = "relay.board.example"
WHO = "Gwilym via Bothways"
SECRET = "Zm9yLWJsb2R3ZW4tb25seS0wMDE_-x9A"
MARKERS = {"cy": "--- Atebwch uwchben y llinell hon ---"}
SAFE = (
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fhedges.example%2Fhow&data="
    f"05%7C02%7C{quote(BLODWEN, safe='')}%7C0c1d%7C84df%7C0%7C0%7C638845%7CUnknown&reserved=0"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`own` is what was typed; the rest is what a program puts around it."""

    language: Language
    own: str

    @property
    def mail(self) -> str:
        """What the board had sent, and is answered here."""
        marker = MARKERS.get(self.language.code, "--- Reply above this line ---")
        link = f"https://board.example/l/{SECRET}"
        stop = f"https://board.example/l/stop-{SECRET[::-1]}"
        return (
            f"Just reply to this mail, or answer on the board:\n{link}\n\n{self.language.theirs}"
            f"\n\n{marker}\n\nGwilym wrote this to you. The link at the top works for 30 days.\n\n"
            f"Rather not? One press:\n{stop}\n\n-- \nBothways\nhttps://board.example"
        )

    @property
    def subject(self) -> str:
        return "Re: Hedge layer seeks somebody for the books"

    def led_by(self, lead: str) -> str:
        return lead.format(who=WHO, alias=f"{ALIAS}@{RELAY}")


Client = Callable[[Reply], bytes]


# --- how mails are put together -------------------------------------------------------------------


def header(reply: Reply, *more: str) -> str:
    """What stands on top of them all, with the address everywhere a mail system leaves it."""
    domain = BLODWEN.partition("@")[2]
    lines = (
        f"Return-Path: <{BLODWEN}>",
        f"Received: from mx.{domain} (mx.{domain} [192.0.2.7]) by in.board.example;"
        " Tue, 3 Jun 2025 11:00:00 +0000",
        f"Received: by mx.{domain} (Postfix, from userid {BLODWEN}) id 7; Tue, 3 Jun 2025 10:59:59",
        f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; i={BLODWEN}; s=one; h=from; bh=x; b=y",
        f"From: Blodwen Hughes <{BLODWEN}>",
        f"Sender: {BLODWEN}",
        f"Reply-To: <{BLODWEN}>",
        f"To: {WHO} <{ALIAS}@{RELAY}>",
        f"Cc: {BLODWEN}, {GWILYM}",
        f"Subject: {reply.subject}",
        "Date: Tue, 3 Jun 2025 11:59:58 +0100",
        f"Message-ID: <{reply.language.code}-{len(reply.own)}@mx.{domain}>",
        f"In-Reply-To: <one@{RELAY}>",
        f"References: <{BLODWEN}> <one@{RELAY}>",
        f"X-Originating-User: {BLODWEN}",
        "MIME-Version: 1.0",
    )
    return "\n".join([*lines, *more])


def part(kind: str, text: str, *, charset: str = "utf-8", way: str = "quoted-printable") -> str:
    """One text part in its transfer encoding."""
    raw = text.encode(charset)
    if way == "base64":
        coded = base64.encodebytes(raw).decode().strip()
    elif way == "8bit":
        coded = text
    else:
        coded = quopri.encodestring(raw).decode()
    return f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {way}\n\n{coded}\n"


def multipart(kind: str, *parts: str) -> str:
    edge = f"=_{BLODWEN.replace('@', '.at.')}_{len(parts)}{kind[:3]}"
    inside = "".join(f"--{edge}\n{one}\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{edge}"\n\n{inside}--{edge}--\n'


def made(reply: Reply, body: str, *more: str) -> bytes:
    return f"{header(reply, *more)}\n{body}".encode()


def marked(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def wrapped(line: str, width: int = 72) -> str:
    """One line as several, the way programs wrap what leads into a quotation."""
    lines = [""]
    for word in line.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return "\n".join(lines)


def divs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def breaks(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def paragraphs(text: str) -> str:
    return "".join(
        f'<p class="MsoNormal">{escape(line) or "&nbsp;"}<o:p></o:p></p>\n'
        for line in text.split("\n")
    )


def block(reply: Reply, glue: str = "\n") -> str:
    """From, sent, to, subject: what Outlook writes above a quotation."""
    language = reply.language
    said = (f"{WHO} <{ALIAS}@{RELAY}>", language.date, f"Blodwen Hughes <{BLODWEN}>", reply.subject)
    return glue.join(f"{label} {value}" for label, value in zip(language.labels, said, strict=True))


# --- the programs ---------------------------------------------------------------------------------


def gmail(reply: Reply) -> bytes:
    lead = reply.led_by(reply.language.gmail)
    plain = f"{reply.own}\n\n{wrapped(lead)}\n\n{marked(reply.mail)}\n"
    markup = (
        f'<div dir="ltr">{divs(reply.own)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(lead)}<br></div><blockquote class="gmail_quote"'
        ' style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
        f"{breaks(reply.mail)}</blockquote></div>"
    )
    return made(
        reply,
        multipart(
            "alternative", part("text/plain", plain, way="base64"), part("text/html", markup)
        ),
    )


def gmail_plain(reply: Reply) -> bytes:
    lead = wrapped(reply.led_by(reply.language.gmail))
    text = f"{reply.own}\n\n{lead}\n\n{marked(reply.mail)}\n"
    return made(reply, part("text/plain", text, way="base64"))


def gmail_between(reply: Reply) -> bytes:
    """Answered piece by piece, between the lines of what was asked."""
    first, _, rest = reply.own.partition("\n\n")
    asked, _, more = reply.mail.partition("\n\n")
    lead = reply.led_by(reply.language.gmail)
    plain = f"{lead}\n\n{marked(asked)}\n>\n\n{first}\n\n{marked(more)}\n\n\n{rest}\n"
    quoted = '<blockquote class="gmail_quote" style="border-left:1px solid">{}</blockquote>'
    markup = (
        f'<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">{escape(lead)}</div>'
        f"{quoted.format(breaks(asked))}{divs(first)}{quoted.format(breaks(more))}"
        f"{divs(rest)}</div></div>"
    )
    return made(
        reply, multipart("alternative", part("text/plain", plain), part("text/html", markup))
    )


def outlook(reply: Reply) -> bytes:
    """On a desktop: a signature with everything in it, and links wrapped for its reader."""
    signature = f"Blodwen Hughes\nHarbour Works\n{BLODWEN}<mailto:{BLODWEN}>"
    plain = f"{reply.own}\n\n-- \n{signature}\n\n{block(reply)}\n\n{reply.mail}\n"
    labels = (
        escape(block(reply)).replace("\n", "<br>").replace(escape(BLODWEN), f"<a>{BLODWEN}</a>")
    )
    markup = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{}</style>'
        '<!--[if gte mso 9]><xml></xml><![endif]--></head><body><div class="WordSection1">'
        f'{paragraphs(reply.own)}<p class="MsoNormal">--&nbsp;</p>{paragraphs(signature)}'
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{labels}</p></div></div>{paragraphs(reply.mail)}'
        f'<img src="https://track.example/?u={quote(BLODWEN)}" width="1" height="1"></div></body>'
    )
    logo = (
        'Content-Type: image/png; name="image001.png"\nContent-Transfer-Encoding: base64\n'
        f"Content-ID: <image001.png@{BLODWEN}>\n\n{base64.b64encode(BLODWEN.encode()).decode()}\n"
    )
    forms = multipart("alternative", part("text/plain", plain), part("text/html", markup))
    return made(reply, multipart("related", forms, logo), "Thread-Index: Adv")


def outlook_plain(reply: Reply) -> bytes:
    text = f"{reply.own}\n\n-----Original Message-----\n{block(reply)}\n\n{reply.mail}\n"
    return made(reply, part("text/plain", text, way="base64"), "X-Mailer: Microsoft Outlook 16.0")


def outlook_web(reply: Reply) -> bytes:
    labels = escape(block(reply)).replace("\n", "<br>")
    markup = (
        "<html><head><style>P {margin-top:0;}</style></head><body dir='ltr'>"
        f"<div class='elementToProof'>{breaks(reply.own)}</div><div id='appendonsend'></div>"
        f"<hr style='display:inline-block;width:98%'><div id='divRplyFwdMsg'><font>{labels}</font>"
        f"</div><div class='BodyFragment'>{breaks(reply.mail)}</div></body></html>"
    )
    plain = f"{reply.own}\n{'_' * 32}\n{block(reply)}\n\n{reply.mail}\n"
    return made(
        reply, multipart("alternative", part("text/plain", plain), part("text/html", markup))
    )


def outlook_phone(reply: Reply) -> bytes:
    text = (
        f"{reply.own}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n"
        f"{block(reply)}\n\n{reply.mail}\n"
    )
    return made(reply, part("text/plain", text))


def apple_mail(reply: Reply) -> bytes:
    lead = reply.led_by(reply.language.apple)
    plain = f"{reply.own}\n\n\n{marked(f'{lead}' + chr(10) * 2 + reply.mail)}\n"
    markup = (
        '<html><head></head><body style="overflow-wrap: break-word;">'
        f'{breaks(reply.own)}<br id="lineBreakAtBeginningOfMessage"><div><br>'
        f'<blockquote type="cite"><div>{escape(lead)}</div><br><div>{breaks(reply.mail)}</div>'
        "</blockquote></div><br></body></html>"
    )
    return made(
        reply, multipart("alternative", part("text/plain", plain), part("text/html", markup))
    )


def iphone(reply: Reply) -> bytes:
    lead = reply.led_by(reply.language.apple)
    text = f"{reply.own}\n\n{reply.language.phone}\n\n{marked(lead)}\n>\n{marked(reply.mail)}\n"
    return made(reply, part("text/plain", text, way="base64"), "X-Mailer: iPhone Mail (22F76)")


def thunderbird(reply: Reply) -> bytes:
    """Answered below, as its settings have it, with a signature."""
    lead = reply.led_by(reply.language.thunderbird)
    text = f"{lead}\n{marked(reply.mail)}\n\n{reply.own}\n\n-- \nBlodwen Hughes\n{BLODWEN}\n"
    return made(reply, part("text/plain; format=flowed", text, way="8bit"))


def thunderbird_above(reply: Reply) -> bytes:
    lead = reply.led_by(reply.language.thunderbird)
    markup = (
        "<!DOCTYPE html><html><head><meta http-equiv='content-type' content='text/html'></head>"
        f"<body><p>{breaks(reply.own)}</p><div class='moz-signature'>-- <br>Blodwen<br>{BLODWEN}"
        f"</div><div class='moz-cite-prefix'>{escape(lead)}<br></div>"
        f"<blockquote type='cite' cite='mid:one@{RELAY}'>{breaks(reply.mail)}</blockquote></body>"
    )
    return made(reply, part("text/html", markup))


def yahoo(reply: Reply) -> bytes:
    lead = reply.led_by(reply.language.gmail)
    plain = f" {reply.own}\n\n    {lead}  \n \n {reply.mail}\n  "
    markup = (
        f'<div class="ydp1yahoo-style-wrap"><div dir="ltr">{divs(reply.own)}</div></div>'
        f'<div id="yahoo_quoted_7" class="yahoo_quoted"><div>{escape(lead)}</div><div><br></div>'
        f'<div><div dir="ltr">{breaks(reply.mail)}</div></div></div>'
    )
    return made(
        reply,
        multipart(
            "alternative", part("text/plain", plain), part("text/html", markup, way="base64")
        ),
    )


def proton(reply: Reply) -> bytes:
    """With its key attached, which names its owner."""
    lead = reply.led_by(reply.language.gmail)
    text = f"{reply.own}\n\nSent with Proton Mail secure email.\n\n{lead}\n\n{marked(reply.mail)}\n"
    key = (
        f'Content-Type: application/pgp-keys; name="publickey - {BLODWEN} - 0x1.asc"\n'
        f'Content-Disposition: attachment; filename="publickey - {BLODWEN} - 0x1.asc"\n\n'
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n"
    )
    return made(reply, multipart("mixed", part("text/plain", text, way="base64"), key))


def samsung(reply: Reply) -> bytes:
    labels = escape(block(reply)).replace("\n", "</div><div>")
    markup = (
        f"<html><body dir='auto'>{divs(reply.own)}<div><br></div>"
        "<div style='font-size:100%;color:#000000'><!-- originalMessage -->"
        f"<div>{reply.language.original}</div><div>{labels}</div><div><br></div></div>"
        f"{divs(reply.mail)}</body></html>"
    )
    return made(reply, part("text/html", markup, way="base64"))


def gmx(reply: Reply) -> bytes:
    labels = "".join(f"<div><b>{escape(line)}</b></div>" for line in block(reply).split("\n"))
    markup = (
        f"<html><body><div style='font-family: Verdana'><div>{breaks(reply.own)}</div>"
        "<div name='quote' style='margin:10px 5px;border-left:2px solid #C3D9E5;'>"
        f"<div>{labels}</div><div name='quoted-content'>{breaks(reply.mail)}</div></div></div>"
    )
    return made(reply, part("text/html", markup))


def terminal(reply: Reply) -> bytes:
    """Plain, wrapped, answered above, in the charset of long ago where that has the letters."""
    lead = reply.led_by(reply.language.thunderbird)
    text = f"{reply.own}\n\n{wrapped(lead)}\n{marked(reply.mail)}\n"
    try:
        return made(reply, part("text/plain", text, charset="iso-8859-15"))
    except UnicodeEncodeError:
        return made(reply, part("text/plain", text, way="8bit"))


def own_again(reply: Reply) -> bytes:
    """A second thought, sent as an answer to one’s own first mail: the lead names the writer."""
    lead = reply.language.gmail.format(who="Blodwen Hughes", alias=BLODWEN)
    text = f"{reply.own}\n\n{wrapped(lead)}\n\n{marked(reply.mail)}\n"
    return made(reply, part("text/plain", text))


CLIENTS: tuple[Client, ...] = (
    *(gmail, gmail_plain, gmail_between, outlook, outlook_plain, outlook_web, outlook_phone),
    *(apple_mail, iphone, thunderbird, thunderbird_above, yahoo, proton, samsung, gmx, terminal),
    own_again,
)
