"""The words of a mail, in the form in which they can best be told from what they answer. Pure."""

from app.core.text import clean_text
from app.relay.incoming.markup import text_of
from app.relay.incoming.parts import Content, Piece
from app.relay.incoming.quotes import own_stretches
from app.relay.incoming.redirectors import unwrapped
from app.relay.incoming.signatures import without_armour, without_signature

LONGEST = 65_536  # characters; a message may have 4,000


def words(content: Content) -> tuple[str, int]:
    """Return what the person wrote, and how many files stood in the text itself."""
    whole = "\n".join(filter(None, map(_shown, content.pieces)))[:LONGEST]
    text, files = without_armour(whole)
    own = ["\n".join(without_signature(stretch)) for stretch in own_stretches(text)]
    plain = clean_text(unwrapped("\n\n".join(own)))
    return plain.encode("utf-8", "replace").decode()[:LONGEST], files


def _shown(piece: Piece) -> str:
    """Plain text, unless only HTML is there, or only HTML says which of it is a quotation."""
    if not piece.markup.strip():
        return piece.plain
    text, cut = text_of(piece.markup)
    return text if cut or not piece.plain.strip() else piece.plain
