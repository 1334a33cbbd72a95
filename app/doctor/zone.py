"""What the DNS says of our domains: MX, SPF, DKIM and DMARC, and the records that are missing.

SPF is RFC 7208, DKIM RFC 6376, DMARC RFC 7489, “no mail here” RFC 7505.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.config import Settings
from app.core.mail_server import LOOPBACK, Server
from app.doctor.findings import Finding, bad, look, ok
from app.doctor.names import ASK_ELSEWHERE, Names, Unasked

_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*)")


@dataclass(frozen=True, slots=True)
class Ours:
    """What the records are about. `server`: the host that mails leave by, '' if unknown."""

    notices: str  # the domain of MAIL_FROM, '' for one that is only for trying
    relay: str
    server: str
    receiver: str  # the host that takes mail for the relay domain

    @classmethod
    def of(cls, settings: Settings) -> "Ours":
        """As the settings have it."""
        domain = settings.mail_from.rpartition("@")[2].lower().rstrip(".")
        server = _server(settings)
        known = settings.trusted_authserv_id
        receiver = known if re.fullmatch(r"[\w-]+(\.[\w-]+)+", known) else server
        return cls(
            notices=domain if "." in domain else "",
            relay=settings.relay_domain,
            server=server,
            receiver=receiver or "your.mail.server",
        )

    @property
    def domains(self) -> tuple[str, ...]:
        """Those that stand in `From`."""
        return tuple(dict.fromkeys(it for it in (self.notices, self.relay) if it))


def _server(settings: Settings) -> str:
    """Where mails leave; a mail server on this machine is known by the board's own name."""
    if settings.mail_folder is not None:
        return ""
    host = Server.from_url(settings.mail_url.get_secret_value()).host
    return (urlsplit(settings.base_url).hostname or "") if host in LOOPBACK else host


def check(names: Names, settings: Settings, selectors: Sequence[str]) -> Iterator[Finding]:
    """Each domain's records, in the order in which they are best made."""
    ours = Ours.of(settings)
    if not ours.domains:
        yield ok("dns", "MAIL_FROM is only for trying: there are no records to look for.")
    for domain in ours.domains:
        try:
            yield from _receiving(names, domain, ours)
            yield _spf(names, domain, ours.server)
            yield from _dkim(names, domain, selectors)
            yield _dmarc(names, domain)
        except Unasked as trouble:
            said = f"About {domain} the DNS gives no answer ({trouble})."
            yield look("dns", said, ASK_ELSEWHERE)


def _receiving(names: Names, domain: str, ours: Ours) -> Iterator[Finding]:
    if domain == ours.relay:
        yield _mx(names, domain, ours.receiver)
    elif not any(names.exchangers(domain) or names.addresses(domain)):
        advice = "Let a mailbox take what comes back to MAIL_FROM, or choose another sender."
        yield look("mx", f"No server takes mail for {domain}.", advice)


def _mx(names: Names, domain: str, receiver: str) -> Finding:
    """Answers by mail go where this leads."""
    hosts = names.exchangers(domain)
    record = _record(domain, "MX", f"10 {receiver}.")
    if not any(hosts):
        said = f"No server takes mail for {domain}, so nobody can answer by mail."
        return bad("mx", said, "Add this record, with the host that takes your mail:", record)
    lost = [host for host in hosts if not names.addresses(host)]
    if len(lost) == len(hosts):
        advice = f"Give {lost[0]} an address, or name a host that has one:"
        return bad("mx", f"{domain} leads to {lost[0]}, which leads nowhere.", advice, record)
    return ok("mx", f"Mail for {domain} goes to {', '.join(hosts)}.")


def _spf(names: Names, domain: str, server: str) -> Finding:
    found = [it for it in names.texts(domain) if re.match(r"v=spf1(\s|$)", it, re.IGNORECASE)]
    by = f"a:{server}" if server else "mx"
    record = _record(domain, "TXT", f'"v=spf1 {by} -all"')
    if not found:
        advice = "Add this record, or the one that the provider of your mail server names:"
        return bad("spf", f"{domain} has none: others take its mail for forged.", advice, record)
    if len(found) > 1:
        advice = "Make one record of them, beginning v=spf1 once."
        return bad("spf", f"{domain} has {len(found)} of them, so none counts.", advice)
    terms = found[0].lower().split()[1:]
    if {"+all", "all", "?all"} & set(terms):
        advice = "Let it end with -all, once it names your mail server."
        return look("spf", f"{domain} lets anybody send in its name.", advice)
    if not any(it.endswith("all") or it.startswith("redirect=") for it in terms):
        advice = "Let it end with -all."
        return look("spf", f"{domain} does not say what of all others.", advice)
    return ok("spf", f"{domain}: {_brief(found[0])}")


def _dkim(names: Names, domain: str, selectors: Sequence[str]) -> Iterator[Finding]:
    """The name of a key is the mail server's choice, so it has to be told."""
    if not selectors:
        advice = "Ask with the name your mail server signs by: flask doctor --dkim-selector NAME"
        yield look("dkim", f"{domain}: not looked for.", advice)
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        found = [it for it in names.texts(name) if _tags(it).get("p") is not None]
        record = _record(name, "TXT", '"v=DKIM1; k=rsa; p=…"')
        if not found:
            advice = "Add this record, with the public key that your mail server made for the dots:"
            yield bad("dkim", f"{domain} has no key {selector}.", advice, record)
        elif not _tags(found[0])["p"]:
            advice = "Let your mail server sign by a new key, and publish that:"
            yield bad("dkim", f"{domain}: the key {selector} was taken back.", advice, record)
        else:
            yield ok("dkim", f"{domain}: the key {selector} is there.")


def _dmarc(names: Names, domain: str) -> Finding:
    """The record of the domain, or else of one above it."""
    record = _record(f"_dmarc.{domain}", "TXT", '"v=DMARC1; p=quarantine"')
    for above in _upwards(domain):
        found = [
            it
            for it in names.texts(f"_dmarc.{above}")
            if _tags(it).get("v", "").upper() == "DMARC1"
        ]
        if len(found) > 1:
            return bad("dmarc", f"{above} has {len(found)} of them.", "Leave one.")
        if found:
            tags = _tags(found[0])
            policy = (tags.get("sp") if above != domain else "") or tags.get("p", "none")
            said = f"{domain}: {policy}" + (f", as {above} says." if above != domain else ".")
            if policy.lower() == "none":
                advice = "Once SPF and DKIM are right, say what shall become of forged mail:"
                return look("dmarc", said, advice, record)
            return ok("dmarc", said)
    advice = "Once SPF and DKIM are right, add this record:"
    return look(
        "dmarc", f"{domain} has none: large providers take less of its mail.", advice, record
    )


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it, but for the last label."""
    labels = domain.split(".")
    for number in range(len(labels) - 1):
        yield ".".join(labels[number:])


def _tags(text: str) -> dict[str, str]:
    """`v=DMARC1; p=none` by tag; the first of each counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if pair := _TAG.match(part):
            found.setdefault(pair[1], pair[2].strip())
    return found


def _record(name: str, kind: str, value: str) -> str:
    """A line for a zone file (RFC 1035 §5)."""
    return f"{name}. IN {kind} {value}"


def _brief(text: str) -> str:
    """A record of somebody else's, one line of it."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= 150 else f"{plain[:149]}…"
