"""What the desk, a report or an appeal may be refused for."""

from app.core.errors import Kind, Refusal
from app.core.i18n import N_


class ThingUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is nothing of that name here, or it is gone for good.")


class DecidedAlready(Refusal):
    """Somebody else was quicker, or the thing has moved on since the page was shown."""

    kind = Kind.CONFLICT
    sentence = N_(
        "Another broker has decided this since you opened it. Nothing of yours was done: "
        "look at where it stands now."
    )


class NotOffered(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("That can’t be decided about this as it stands now.")


class NeedsReason(Refusal):
    sentence = N_("Say why: both sides are told.")


class NeedsWhy(Refusal):
    """An address is shown for a reason, or not at all."""

    sentence = N_("Say what you need it for: the log keeps it, and they can see it.")


class NotABroker(Refusal):
    sentence = N_("There is no broker of this address.")


class NetworkUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no network of that name here, or it vouches for nobody any more.")


class NetworkNameTaken(Refusal):
    sentence = N_("There is a network of this name already.")


class InvitationUnknown(Refusal):
    """Guessed, altered, replaced by a newer one, or of a network that is revoked: all the same."""

    kind = Kind.NOT_FOUND
    sentence = N_(
        "This invitation doesn’t count. Perhaps part of it got lost on the way, or there is a "
        "newer one: ask whoever gave it to you."
    )


class TakenOut(Refusal):
    kind = Kind.CONFLICT
    sentence = N_(
        "Our broker has taken you out of this network, so it can’t vouch for you. "
        "If that’s a mistake, write to them."
    )


class NoSuchMember(Refusal):
    sentence = N_("Nobody of this network has that handle or that Box.")
