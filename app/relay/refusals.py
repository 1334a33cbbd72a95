"""What a conversation may be refused for, in sentences that give nobody away."""

from app.core.errors import Kind, Refusal
from app.core.i18n import N_


class ThreadUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no such conversation among yours.")


class ThreadClosed(Refusal):
    kind = Kind.GONE
    sentence = N_("This conversation has ended, so nothing more can be written in it.")


class NotYet(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("Your first message hasn’t gone on yet. You can write more once it has.")


class NothingWaits(Refusal):
    kind = Kind.GONE
    sentence = N_(
        "Nothing waits for this link any more: what it was about has gone on, or is erased."
    )


class OwnAd(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("This is your own ad: there is nobody else to write to.")


class NotTaking(Refusal):
    """Said alike for a full ad, a no that stands, and a block: nobody learns which."""

    kind = Kind.CONFLICT
    sentence = N_("The writer isn’t taking more messages just now.")


class AdFull(NotTaking):
    """As many conversations are going on as the writer has room for."""


class TooLate(Refusal):
    kind = Kind.GONE
    sentence = N_("This ad closed before your message went out, so it wasn’t passed on.")


class WritersOnly(Refusal):
    kind = Kind.FORBIDDEN
    sentence = N_("Only the ad’s writer can decline. You can end the conversation instead.")


class BadMessage(Refusal):
    """The edges ask `policy` first and name the field; this is for those who did not."""

    sentence = N_("This message can’t be passed on as it is.")
