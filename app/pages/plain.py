"""The plain-words pages, one template each."""

from typing import Any

from flask import Blueprint, render_template

from app.ads.policy import LIVE_FOR
from app.alerts import policy as alerts
from app.current import settings, site
from app.followups import rules as followups
from app.pages.periods import periods
from app.people.policy import PURPOSES
from app.relay.policy import TEXT_MOST

bp = Blueprint("pages", __name__)
PAGES = ("help", "safety", "brokering", "privacy", "terms", "accessibility", "api")


def _page(name: str) -> None:
    def show() -> str:
        return render_template(f"pages/{name}.html", section=_section(name), **values())

    bp.add_url_rule(f"/{name}", name, show)


def _section(name: str) -> str:
    return "help" if name in {"help", "safety", "api"} else ""


def values() -> dict[str, Any]:
    """What these pages, and papers printed from them, are filled in with."""
    broker = site().broker_email
    return {
        "broker_email_set": broker is not None,
        # The one address pages show: its owner is who answers here, and it is set for that.
        "broker_email": broker.reveal() if broker else "",
        "decide_days": settings().decide_within_days,
        "reports_hide": settings().reports_hide,
        "appeal_days": PURPOSES["appeal"].lasts.days,
        "by_mail": bool(site().relay_domain),
        "most": f"{TEXT_MOST:,}",
        "kept": periods(settings()),
        "settings_days": {
            "live_days": LIVE_FOR.days,
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
