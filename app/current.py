"""What this application is made of, for the pages: its settings, names, index and vectors."""

import ipaddress

from flask import current_app, request

from app.config import Settings
from app.core.site import Site
from app.limits.reading import Readers
from app.matching.vectors import Vectors
from app.search.index import Index


def settings() -> Settings:
    """The settings it was started with."""
    return current_app.extensions["settings"]


def site() -> Site:
    """What mails and pages say of this board."""
    return current_app.extensions["site"]


def index() -> Index:
    """The search index."""
    return current_app.extensions["index"]


def vectors() -> Vectors:
    """The vectors that ads are matched by."""
    return current_app.extensions["vectors"]


def readers() -> Readers:
    """How often each source has asked of this process."""
    return current_app.extensions["readers"]


def source() -> str:
    """The network a request comes from: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:  # else an IPv4 address seen through an IPv6 socket
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)
