"""What counts as an address, and how long links and browser sessions last. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from app.core.i18n import N_
from app.core.secret import Address


@dataclass(frozen=True, slots=True)
class Purpose:
    """How long a mailed link works, whether more than once, and whether it replaces older ones."""

    lasts: timedelta
    once: bool = True
    newest_only: bool = False


PURPOSES = {
    "publish": Purpose(timedelta(hours=72)),
    "message": Purpose(timedelta(hours=72)),
    "mine": Purpose(timedelta(hours=72)),
    # Longer than ASVS's ten minutes: greylisting alone can take that (docs/decisions).
    "sign_in": Purpose(timedelta(minutes=30), newest_only=True),
    "erase": Purpose(timedelta(minutes=30), newest_only=True),
    "renew": Purpose(timedelta(days=8)),
    "thread": Purpose(timedelta(days=30), once=False),
    "save_alert": Purpose(timedelta(hours=72)),
    "alert": Purpose(timedelta(days=180), once=False),  # so does ending an alert
    "answer": Purpose(timedelta(days=180), once=False),
    "resume": Purpose(timedelta(days=60)),  # as long as an ad lives
    "report": Purpose(timedelta(hours=72)),
    "join": Purpose(timedelta(hours=72)),
    "meet": Purpose(timedelta(days=60), once=False),  # longer than it can be answered: it says so
    "appeal": Purpose(timedelta(days=180), once=False),
    "stop": Purpose(timedelta(days=180), once=False),  # saying no works for as long as one likes
}

SESSION_IDLE = timedelta(hours=12)
SESSION_LASTS = timedelta(days=7)
LINKS_KEPT = timedelta(days=30)  # after they expired, so that an old link can still say what it was


def session_over(*, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a browser session has ended: 12 hours without a page, or 7 days in all."""
    return now - seen_at >= SESSION_IDLE or now - created_at >= SESSION_LASTS


class BadAddress(ValueError):
    """What was typed is no email address; its text says so in a sentence to be translated."""


def read_address(text: str) -> Address:
    """The address somebody typed, its domain tidied. Asks no name server. Raises BadAddress."""
    text = text.strip()
    if not text:
        raise BadAddress(N_("Type your email address. It’s never shown to anybody."))
    if "@" not in text:
        raise BadAddress(N_("An email address has an @ in it, like gwen@example.org."))
    try:
        # `test_environment` lets names reserved for trying things out through; they reach nobody.
        # Letters beyond ASCII before the @ need a mail server few have (RFC 6531).
        found = validate_email(
            text,
            check_deliverability=False,
            test_environment=True,
            allow_smtputf8=False,
            strict=True,
        )
        if "=?" in found.normalized:  # means something else to mail programs
            raise EmailNotValidError
    except EmailNotValidError:
        raise BadAddress(N_("Type the whole address, like gwen@example.org.")) from None
    return Address(found.normalized)
