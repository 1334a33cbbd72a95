"""The people of the leak tests: addresses that no innocent page could happen to show."""

WRITER = "quillovox.lanternfly@velvetorchard.example"
REPLIER = "dunlinwhack+ads@kestrelpost.example"
BYSTANDER = "plumtreefox@otterholtz.example"
REPORTER = "brambletuq@hazelfjord.example"
BROKER = "saltmarrox@thistlekirk.example"
EVERYBODY = (WRITER, REPLIER, BYSTANDER, REPORTER, BROKER)


def disguised(address: str) -> list[str]:
    """The ways people write an address past a program that looks for it."""
    local, _, domain = address.partition("@")
    name, zone = domain.split(".")
    return [
        address,
        address.upper(),
        f"{local} at {name} dot {zone}",
        f"{local} (at) {name} (dot) {zone}",
        f"{local} @ {name} . {zone}",
        " ".join(address),
        f"{local}\N{FULLWIDTH COMMERCIAL AT}{domain}",
        "\N{ZERO WIDTH SPACE}".join(address),
        address.replace("@", "%40").replace(".", "%2e"),
        address.replace("@", "=40"),
        address.replace("@", "&#64;"),
        f"<mailto:{address}>",
    ]
