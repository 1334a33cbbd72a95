"""Taking email addresses out of a message before it is kept. Pure."""

import re
from collections.abc import Iterable

from app.core import addresses
from app.core.i18n import N_
from app.core.secret import Address

# Stands in the text where an address stood. It reads well as it is, in a mail or an export; a page
# finds it again to set it apart.
ADDRESS_REMOVED = N_("[an address was removed here]")
# Stands where somebody's own address stood, while they share it; only their mails fill it in.
ADDRESS_SHARED = N_("[an address shared by mail]")


def scrub(
    text: str, *, parties: Iterable[Address], shared: Address | None = None
) -> tuple[str, int]:
    """Return `text` without any email address, the parties’ own in every disguise, and how many.

    Telephone numbers and links stay: in a message they are their writer's own choice. So is
    `shared`, where it stands as it is written: a mark takes its place, and it is not counted.
    """
    if shared is not None:
        text = _plainly(shared).sub(lambda _: ADDRESS_SHARED, text)
    own = [address.reveal() for address in parties]
    return addresses.scrub(text, ADDRESS_REMOVED, own)


def unveil(text: str, shared: Address | None) -> str:
    """What a mail says where the mark stands: the address, or that one was removed."""
    return text.replace(ADDRESS_SHARED, shared.reveal() if shared else ADDRESS_REMOVED)


def _plainly(address: Address) -> re.Pattern[str]:
    """The address by itself, in any case of letters, and no part of a longer one."""
    plain = re.escape(address.reveal())
    return re.compile(rf"(?<![\w.+%@-]){plain}(?![\w@%+-]|\.\w)", re.IGNORECASE)
