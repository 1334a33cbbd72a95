"""The plain-words pages, one template each."""

from typing import Any

from flask import Blueprint, render_template

from app.ads.policy import ENDED_KEPT, LIVE_FOR, UNCONFIRMED_FOR
from app.alerts import policy as alerts
from app.current import site
from app.followups import rules as followups
from app.mail.policy import SENT_KEPT
from app.relay.accepting import KEPT as INCOMING_KEPT
from app.relay.policy import CLOSED_KEPT, TEXT_MOST

bp = Blueprint("pages", __name__)
PAGES = ("help", "safety", "brokering", "privacy", "terms", "accessibility", "api")


def _page(name: str) -> None:
    def show() -> str:
        return render_template(f"pages/{name}.html", section=_section(name), **_values())

    bp.add_url_rule(f"/{name}", name, show)


def _section(name: str) -> str:
    return "help" if name in {"help", "safety", "api"} else ""


def _values() -> dict[str, Any]:
    """The periods a page names, from the rules that keep them."""
    return {
        "broker_email_set": site().broker_email is not None,
        "by_mail": bool(site().relay_domain),
        "most": f"{TEXT_MOST:,}",
        "settings_days": {
            "unconfirmed_hours": int(UNCONFIRMED_FOR.total_seconds() // 3600),
            "live_days": LIVE_FOR.days,
            "ended_months": ENDED_KEPT.days // 30,
            "sent_mail_days": SENT_KEPT.days,
            "incoming_days": INCOMING_KEPT.days,
            "message_idle_days": CLOSED_KEPT.days,
            "remind_days": followups.REMIND_AFTER.days,
            "console_days": followups.CONSOLE_AFTER.days,
            "rest_days": followups.REST_AFTER.days,
            "rest_least": followups.REST_LEAST,
            "alert_silent_days": alerts.SILENT_AFTER.days,
            "alert_paused_days": alerts.PAUSED_KEPT.days,
            "alert_stopped_days": alerts.STOPPED_KEPT.days,
        },
    }


for _name in PAGES:
    _page(_name)
