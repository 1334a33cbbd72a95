"""Numbers for a Prometheus server on this machine, or one that has METRICS_TOKEN."""

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.core.clock import utcnow
from app.current import settings
from app.db import db
from app.mail import outbox
from app.mail.tallies import tallies

bp = Blueprint("metrics", __name__)
COUNTED = {
    "accepted": "Mails taken in, whatever became of them",
    "relayed": "Messages handed over to the mail server",
    "held": "Mails held until their sender proves to be who they say",
    "refused": "Mails refused at the door or not passed on",
    "bounced": "Mails of ours that came back for good",
}
STATES = ("pending", "leased", "sent", "dead", "cancelled", "bounced")
# A proxy on this machine speaks for somebody else, and says so in one of these.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counters and gauges in the text format; 403 for anybody else."""
    if not (_has_token() or _is_local()):
        abort(403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Board())
    head = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return generate_latest(registry), 200, head


class Board(Collector):
    """Reads everything from the database at the moment of asking: the same for every process."""

    def collect(self) -> Iterator[Metric]:
        """Yield the counters, then the gauges."""
        counted = tallies(db.session)
        for name, help_ in COUNTED.items():
            yield CounterMetricFamily(f"bothways_relay_{name}", help_, counted.get(name, 0))
        yield self._mails()
        oldest = outbox.oldest_promise(db.session, now=utcnow()) or timedelta()
        yield GaugeMetricFamily(
            "bothways_outbox_oldest_waiting_seconds",
            "How long the oldest mail has waited that is not handed over",
            oldest.total_seconds(),
        )
        yield GaugeMetricFamily(
            "bothways_outbox_paused",
            "1 while the mail server takes nothing from us",
            int(outbox.paused(db.session) is not None),
        )

    def _mails(self) -> Metric:
        mails = GaugeMetricFamily("bothways_outbox_mails", "Mails by state", labels=["state"])
        counts = outbox.counts(db.session)
        for state in STATES:
            mails.add_metric([state], counts.get(state, 0))
        return mails


def _has_token() -> bool:
    token = settings().metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").partition("Bearer ")[2].strip()
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_local() -> bool:
    """Whether this machine itself asks: the real peer, before any proxy's word is taken for it."""
    before = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    try:
        peer = ipaddress.ip_address(before.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    return peer.is_loopback and not any(name in request.headers for name in _FORWARDED)
