"""Taking email addresses out of a message before it is kept. Pure."""

from collections.abc import Iterable

from app.core import addresses
from app.core.i18n import N_
from app.core.secret import Address

# Stands in the text where an address stood. It reads well as it is, in a mail or an export; a page
# finds it again to set it apart.
ADDRESS_REMOVED = N_("[an address was removed here]")


def scrub(text: str, *, parties: Iterable[Address]) -> tuple[str, int]:
    """Return `text` without any email address, the parties’ own in every disguise, and how many.

    Telephone numbers and links stay: in a message they are their writer's own choice.
    """
    own = [address.reveal() for address in parties]
    return addresses.scrub(text, ADDRESS_REMOVED, own)
