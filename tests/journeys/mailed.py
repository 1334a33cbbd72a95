"""Mails that come in at a board’s door while it is walked through: answers, and what comes back."""

from email.message import EmailMessage

import sqlalchemy as sa

from app.core.clock import utcnow
from app.db import db
from app.mail.bounce_address import bounce_address
from app.mail.models import OutboxMail
from app.relay.door import TAKEN, Door, Surroundings
from tests.board import Board

DOMAIN, CHECKED_BY = "reply.board.example", "mx.board.example"
SETTINGS = {
    "relay_domain": DOMAIN,
    "relay_to_header": "real",  # so that a folder of mails can be told by whom they are for
    "trusted_authserv_id": CHECKED_BY,
}
FAILED = """From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
--b--
"""


def answer(
    board: Board, text: str, *, by: str, proven: bool = True, files: int = 0, **headers: str
) -> None:
    """Reply to the newest message that came to `by`; headers are named with _ for -."""
    newest = [mail for mail in board.mails(by) if mail["Reply-To"]][-1]
    mail = EmailMessage()
    if proven:
        domain = by.rpartition("@")[2]
        mail["Authentication-Results"] = f"{CHECKED_BY}; dmarc=pass header.from={domain}"
    mail["From"] = by
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for _ in range(files):
        mail.add_attachment(b"a cake", maintype="image", subtype="png", filename="cake.png")
    _bring(board, str(newest["Reply-To"]), mail.as_bytes())


def come_back(board: Board, *, to: str) -> None:
    """Let the newest mail of the board fail for good: nobody is at `to` any more."""
    with board.app.app_context():
        number = db.session.scalar(sa.select(sa.func.max(OutboxMail.id)))
        local = bounce_address(board.app.extensions["site"].signer, number or 0, utcnow())
    _bring(board, f"{local}@{DOMAIN}", FAILED.format(to=to).encode())


def _bring(board: Board, to: str, raw: bytes) -> None:
    site = board.app.extensions["site"]
    door = Door(Surroundings(context=board.app.app_context, now=utcnow, site=site))
    assert door.take(to, raw, False) == TAKEN
    board.work()
