"""The DNS, asked with patience that ends: the only module that knows its library."""

from dataclasses import dataclass

import dns.exception
import dns.resolver

SECONDS = 4.0  # for one question, repeats included
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


ASK_ELSEWHERE = "Ask where there is a network, or name a resolver: flask doctor --dns 9.9.9.9"


class Unasked(Exception):
    """The DNS gave no answer, not even that there is none."""


@dataclass(frozen=True, slots=True)
class Names:
    """Asks this machine's resolver, or the one at `server` (HOST:PORT or HOST)."""

    server: str = ""

    def texts(self, name: str) -> list[str]:
        """The TXT records of `name`, each in one piece (RFC 7208 §3.3)."""
        return [
            b"".join(record.strings).decode("ascii", "replace") for record in self._ask(name, "TXT")
        ]

    def exchangers(self, name: str) -> list[str]:
        """The hosts of its MX records, the preferred first; '' for the one that means none."""
        found = sorted(self._ask(name, "MX"), key=lambda record: record.preference)
        return [str(record.exchange).rstrip(".") for record in found]

    def addresses(self, name: str) -> list[str]:
        """Its IPv4 and IPv6 addresses."""
        return [record.address for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def _ask(self, name: str, kind: str) -> list[dns.resolver.Answer]:
        try:
            resolver = self._resolver()
            return list(resolver.resolve(f"{name}.", kind, lifetime=SECONDS))
        except _NOTHING:
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise Unasked(type(error).__name__) from None

    def _resolver(self) -> dns.resolver.Resolver:
        if not self.server:
            return dns.resolver.Resolver()
        host, _, port = self.server.partition(":")
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], int(port or 53)
        return resolver
