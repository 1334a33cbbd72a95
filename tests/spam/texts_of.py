"""The texts written for these tests: one a line, two halves; rules were tuned on one of them."""

from pathlib import Path

from app import spam

TEXTS = Path(__file__).parent / "texts"
TUNED = Path(spam.__file__ or "").parent / "data"  # the board goes by these; see app.spam.opinion


def texts(name: str) -> list[str]:
    """The texts of one file."""
    kind, _, half = name.partition("_")
    path = TUNED / f"said_{kind}.txt" if half == "tuned" else TEXTS / f"{name}.txt"
    return path.read_text("utf-8").splitlines()
