"""Numbers for a Prometheus server on this machine, or one that has METRICS_TOKEN.

Two kinds. What the board has counted is in the database and the same whichever process is asked:
take `max` over several. What a process has counted of its own answers is not: take `sum`.
"""

import hmac
import ipaddress
from collections.abc import Iterator

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import utcnow
from app.core.counted import counted
from app.current import readers, settings
from app.db import db
from app.pages import standing
from app.pages.standing import Gauge

bp = Blueprint("metrics", __name__)
COUNTED = {
    "accepted": "Mails taken in, whatever became of them",
    "relayed": "Messages handed over to the mail server",
    "held": "Mails held until their sender proves to be who they say",
    "refused": "Mails refused at the door or not passed on",
    "bounced": "Mails of ours that came back for good",
}
# A proxy on this machine speaks for somebody else, and says so in one of these.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_PAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10)  # seconds
_SEARCHES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)

disable_created_metrics()  # type: ignore[no-untyped-call]
_here = CollectorRegistry(auto_describe=False)
_requests = Counter("bothways_requests", "Answers", ["route", "method", "status"], registry=_here)
_seconds = Histogram(
    "bothways_request_seconds", "Time to answer", ["route"], buckets=_PAGES, registry=_here
)
_searches = Histogram(
    "bothways_search_seconds", "Time in the index", buckets=_SEARCHES, registry=_here
)
ProcessCollector(registry=_here)


def answered(*, route: str, method: str, status: int, seconds: float) -> None:
    """One more answer of this process. `route` and `method` must be names out of a short list."""
    _requests.labels(route, method, f"{status // 100}xx").inc()
    _seconds.labels(route).observe(seconds)


def searched(seconds: float) -> None:
    """One more search in the index."""
    _searches.observe(seconds)


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counters and gauges in the text format; 403 for anybody else."""
    if not (_has_token() or _is_local()):
        abort(403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Board())
    head = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return generate_latest(registry) + generate_latest(_here), 200, head


class Board(Collector):
    """Reads from the database at the moment of asking: the same for every process, but the last."""

    def collect(self) -> Iterator[Metric]:
        """Yield counters and gauges; without a database, that it is away, and this process's."""
        try:
            found = list(_asked())
        except SQLAlchemyError:
            found = []
        yield from found
        yield _family(Gauge("database_up", "1 if the database answers", {"": float(bool(found))}))
        yield from map(_family, standing.pools())
        says = "Times that something was done anew, since two wrote the same at once"
        yield CounterMetricFamily("bothways_database_collisions", says, counted("collisions"))
        says = "Times that Redis did not answer, and this process counted limits for itself"
        yield CounterMetricFamily("bothways_limit_fallbacks", says, readers().failures)


def _asked() -> Iterator[Metric]:
    counts, matched = standing.counters(db.session)
    for name, says in COUNTED.items():
        yield CounterMetricFamily(f"bothways_relay_{name}", says, counts.get(name, 0))
    matches = CounterMetricFamily(
        "bothways_matches", "Conversations that both sides wanted", labels=["by"]
    )
    for by, count in matched.items():
        matches.add_metric([by], count)
    yield matches
    yield from map(_family, standing.gauges(db.session, now=utcnow()))


def _family(gauge: Gauge) -> Metric:
    labels = [gauge.label] if gauge.label else []
    family = GaugeMetricFamily(f"bothways_{gauge.name}", gauge.says, labels=labels)
    for value, number in gauge.values.items():
        family.add_metric([value] if labels else [], number)
    return family


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
