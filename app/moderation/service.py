"""Moderation: reports become cases, brokers decide, both sides are told, the log keeps it."""

from app.moderation import invitations, log, membership, networks
from app.moderation.addresses import REASONS as ADDRESS_REASONS
from app.moderation.addresses import show as show_address
from app.moderation.appeals import appeal, get_decision
from app.moderation.appeals import find as find_appeal
from app.moderation.attached import count as count_attached
from app.moderation.attached import open_for, read
from app.moderation.brokers import add as add_broker
from app.moderation.brokers import all_of_them as brokers
from app.moderation.brokers import find as find_broker
from app.moderation.brokers import name_of
from app.moderation.brokers import remove as remove_broker
from app.moderation.deciding import Wish, decide, decide_all, newest
from app.moderation.history import History, find_person, get_person, history
from app.moderation.keeping import erase_of, purge
from app.moderation.models import Broker, Case, Decision, LogEntry, Report
from app.moderation.network_models import Network, NetworkMember
from app.moderation.network_rules import MEMBERSHIP_KEPT, NetworkDraft
from app.moderation.networks import Voucher
from app.moderation.queue import PAGE as QUEUE_PAGE
from app.moderation.queue import Tally, Waiting, alike, unreachable
from app.moderation.queue import page as queue
from app.moderation.refusals import (
    DecidedAlready,
    InvitationUnknown,
    NeedsReason,
    NeedsWhy,
    NetworkNameTaken,
    NoSuchMember,
    NotABroker,
    NotOffered,
    TakenOut,
    ThingUnknown,
)
from app.moderation.reporting import (
    Said,
    Ways,
    confirm,
    of_case,
    report_ad,
    report_thread,
    reports,
)
from app.moderation.rules import KEPT, LAST_MESSAGES
from app.moderation.things import (
    Thing,
    decisions,
    decisions_about,
    find_handle,
    handle_of,
    newest_case,
    open_cases,
)
from app.moderation.things import find as find_thing

# The door of the room: what stands in the modules beside this one is reached through it.
__all__ = [
    "ADDRESS_REASONS",
    "KEPT",
    "LAST_MESSAGES",
    "MEMBERSHIP_KEPT",
    "QUEUE_PAGE",
    "Broker",
    "Case",
    "DecidedAlready",
    "Decision",
    "History",
    "InvitationUnknown",
    "LogEntry",
    "NeedsReason",
    "NeedsWhy",
    "Network",
    "NetworkDraft",
    "NetworkMember",
    "NetworkNameTaken",
    "NoSuchMember",
    "NotABroker",
    "NotOffered",
    "Report",
    "Said",
    "TakenOut",
    "Tally",
    "Thing",
    "ThingUnknown",
    "Voucher",
    "Waiting",
    "Ways",
    "Wish",
    "add_broker",
    "alike",
    "appeal",
    "brokers",
    "confirm",
    "count_attached",
    "decide",
    "decide_all",
    "decisions",
    "decisions_about",
    "erase_of",
    "find_appeal",
    "find_broker",
    "find_handle",
    "find_person",
    "find_thing",
    "get_decision",
    "get_person",
    "handle_of",
    "history",
    "invitations",
    "log",
    "membership",
    "name_of",
    "networks",
    "newest",
    "newest_case",
    "of_case",
    "open_cases",
    "open_for",
    "purge",
    "queue",
    "read",
    "remove_broker",
    "report_ad",
    "report_thread",
    "reports",
    "show_address",
    "unreachable",
]
