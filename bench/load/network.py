"""Addresses: one for each part of the board, one for each visitor, and a network for each web host.

nginx 10.77.0.1, the database .2, its replica .3, Redis .4, web hosts .11 to .13, visitors from
10.77.1.1 on.
"""

import subprocess

NET = "10.77"
FRONT, PRIMARY, REPLICA, REDIS = (f"{NET}.0.{last}" for last in (1, 2, 3, 4))
WEB = {f"web{n}": f"{NET}.0.1{n}" for n in (1, 2, 3)}


def make(visitors: int) -> None:
    """A bridge, a network namespace for each web host, and an address for each visitor."""
    lines = ["link set lo up", "link add hall type bridge", "link set hall up"]
    lines += [f"addr add {address}/16 dev hall" for address in (FRONT, PRIMARY, REPLICA, REDIS)]
    lines += [f"addr add {address_of(n)}/16 dev hall" for n in range(visitors)]
    _ip(*lines)
    for name, address in WEB.items():
        _ip(
            f"netns add {name}",
            f"link add to-{name} type veth peer name eth0 netns {name}",
            f"link set to-{name} master hall up",
            f"-n {name} addr add {address}/16 dev eth0",
            f"-n {name} link set eth0 up",
            f"-n {name} link set lo up",
        )


def _ip(*lines: str) -> None:
    for line in lines:
        subprocess.run(["ip", *line.split()], check=True)


def address_of(visitor: int) -> str:
    """The source address of a visitor: everybody has a network connection of their own."""
    return f"{NET}.{1 + visitor // 250}.{1 + visitor % 250}"
