"""In development, where mails go to a folder: read what the site would have sent."""

import re
from email import message_from_bytes, policy
from pathlib import Path

from flask import Blueprint, abort, render_template
from markupsafe import Markup, escape

from app.current import settings, site

bp = Blueprint("mailbox", __name__)
SHOWN = 50
_LINK = re.compile(r"https?://\S+")


@bp.get("/dev/mailbox")
def mailbox() -> str:
    """The newest mails, links clickable. Only exists where MAIL_URL is a folder."""
    folder = settings().mail_folder
    if folder is None:
        abort(404)
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)
    mails = [_read(folder / name) for name in names[:SHOWN]]
    return render_template("mailbox.html", mails=mails, more=max(0, len(names) - SHOWN))


def _read(path: Path) -> dict[str, object]:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return {
        "to": str(mail["To"]),
        "sender": str(mail["From"]),
        "subject": str(mail["Subject"]),
        "date": str(mail["Date"]),
        "body": _clickable(mail.get_content()),
    }


def _clickable(text: str) -> Markup:
    """The text with its links made links; those to this board open on this very host."""
    parts, end = [], 0
    for link in _LINK.finditer(text):
        parts.append(escape(text[end : link.start()]))
        here = link[0].removeprefix(site().base_url) or "/"
        parts.append(Markup('<a href="{}">{}</a>').format(here, link[0]))
        end = link.end()
    return Markup("").join([*parts, escape(text[end:])])
