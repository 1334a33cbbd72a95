"""What a network may be called, where it may lead, and whose addresses are its own. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from app.ads.policy import Problem
from app.core.addresses import find_addresses
from app.core.addresses.words import PROVIDERS, UK_SECOND
from app.core.i18n import N_
from app.core.secret import Address
from app.core.text import clean_line, is_header_safe
from app.people.policy import BadAddress, read_address

NAME, MEANING, LINK_MOST, DOMAIN_MOST = (3, 60), (10, 300), 200, 100
AT_MOST = 3  # networks named beside one ad
MEMBERSHIP_KEPT = timedelta(days=365)  # without any ad; and of a network that was revoked
# Where everybody may have an address, beside those that app.core.addresses knows.
_PUBLIC = PROVIDERS | {
    *("live", "msn", "me", "mac", "mail", "pm", "tuta", "hey", "duck", "mailbox", "posteo"),
    *("sky", "btopenworld", "o2", "talk21", "freeserve", "yandex", "qq", "163", "web", "laposte"),
}


@dataclass(frozen=True, slots=True)
class NetworkDraft:
    """What a broker typed of a network, cleaned."""

    name: str
    link: str
    meaning: str
    domain: str = ""


def cleaned(*, name: str, link: str, meaning: str, domain: str) -> NetworkDraft:
    """One line each; a link without its beginning gets one, a domain loses its @."""
    link, domain = clean_line(link), clean_line(domain).removeprefix("@").casefold()
    if link and "://" not in link:
        link = f"https://{link}"
    domain = _in_addresses(domain) or domain  # a mistake stays, to be put right
    return NetworkDraft(clean_line(name), link, clean_line(meaning), domain)


def problems(draft: NetworkDraft) -> list[Problem]:
    """Everything wrong with it, at most one problem a field, in the form's order."""
    found: dict[str, Problem] = {}
    for rule in (_lengths, _words, _link, _domain):
        for problem in rule(draft):
            found.setdefault(problem.field, problem)
    return [found[field] for field in ("name", "link", "meaning", "domain") if field in found]


def is_at(domain: str, address: Address) -> bool:
    """Whether the address is at that domain or below it; not at one that only looks like it."""
    host = address.key.rpartition("@")[2]
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _lengths(draft: NetworkDraft) -> Iterable[Problem]:
    short = N_("Write at least %(least)d characters.")
    long = N_("Shorten this: it has %(length)d characters, and there is room for %(most)d.")
    sizes = {"name": NAME, "meaning": MEANING, "link": (1, LINK_MOST), "domain": (0, DOMAIN_MOST)}
    for field, (least, most) in sizes.items():
        length = len(getattr(draft, field))
        if length < least and field != "link":
            yield Problem(field, short, {"least": least})
        elif length > most:
            yield Problem(field, long, {"length": length, "most": most})


def _words(draft: NetworkDraft) -> Iterable[Problem]:
    """Anybody reads these; the link has a field of its own, and no address is shown here."""
    for field in ("name", "meaning"):
        text = getattr(draft, field)
        if any(found.kind != "link" for found in find_addresses(text)):
            sentence = N_("Leave addresses and phone numbers out: anybody reads this.")
            yield Problem(field, sentence, {})
        if not is_header_safe(text):
            sentence = N_("Leave “=?” out: it means something else to mail programs.")
            yield Problem(field, sentence, {})


def _link(draft: NetworkDraft) -> Iterable[Problem]:
    if not _is_web_address(draft.link):
        yield Problem("link", N_("Type where its own page is, like https://www.example.org."), {})
    elif any(found.kind == "email" for found in find_addresses(draft.link)):
        yield Problem("link", N_("Leave email addresses out of the link."), {})


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = not any(char.isspace() or char in '"<>\\^`{|}' for char in link)
    known = parts.scheme in {"http", "https"} and "@" not in parts.netloc
    return plain and known and _in_addresses(host) is not None


def _domain(draft: NetworkDraft) -> Iterable[Problem]:
    if not draft.domain:
        return
    if _in_addresses(draft.domain) is None:
        yield Problem("domain", N_("Type what stands behind the @, like example.org."), {})
        return
    labels = draft.domain.split(".")
    own = labels[:-2] if labels[-1] == "uk" and labels[-2] in UK_SECOND else labels[:-1]
    if not own:
        sentence = N_("Many organisations have addresses there. Name what is theirs alone.")
        yield Problem("domain", sentence, {})
    elif own[-1] in _PUBLIC:
        sentence = N_(
            "Anybody can have an address there, so it says nothing about who belongs. "
            "Leave this empty and hand out the invitation link."
        )
        yield Problem("domain", sentence, {})


def _in_addresses(domain: str) -> str | None:
    """The domain as it stands in addresses that were read; None for what is none."""
    try:
        return read_address(f"x@{domain}").key.removeprefix("x@")
    except BadAddress:
        return None
