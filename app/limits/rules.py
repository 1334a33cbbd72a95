"""How much one source, address or text may do in a time: one table, one reason each."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times in `within`, counted in fixed windows."""

    most: int
    within: timedelta


LIMITS = {
    # By source (the network a request came from; a library or office shares one):
    "post-source": Limit(40, timedelta(hours=1)),
    "reply-source": Limit(60, timedelta(hours=1)),
    "sign-in-source": Limit(60, timedelta(hours=1)),
    "report-source": Limit(20, timedelta(hours=1)),
    "alert-source": Limit(40, timedelta(hours=1)),
    "join-source": Limit(300, timedelta(hours=1)),  # a lecture hall may join at once
    "api-source": Limit(3000, timedelta(hours=1)),
    # By address, so that nobody's inbox can be filled by someone else:
    "post-address": Limit(10, timedelta(days=1)),
    "reply-address": Limit(30, timedelta(days=1)),
    "sign-in-address": Limit(6, timedelta(hours=1)),
    "report-address": Limit(5, timedelta(days=1)),
    "alert-address": Limit(10, timedelta(days=1)),
    "join-address": Limit(5, timedelta(days=1)),
    "export-address": Limit(10, timedelta(hours=1)),
    "message-address": Limit(200, timedelta(days=1)),
    # By conversation, in answers by mail; more than that an hour looks like two machines talking.
    # Whoever was answered is free, but for the same words again and for what no hand can write:
    "mail-thread": Limit(12, timedelta(hours=1)),
    "mail-words": Limit(12, timedelta(hours=1)),
    "mail-circle": Limit(300, timedelta(hours=1)),
    "mail-notice": Limit(1, timedelta(hours=1)),
    # What strangers write to the board itself:
    "mail-broker": Limit(20, timedelta(days=1)),
    # By text: the same words to many ads are noticed (ten let honest copies through):
    "reply-text": Limit(10, timedelta(days=1)),
}
