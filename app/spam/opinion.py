"""A second opinion on a text: how much it is like spam that was written down beforehand. Pure.

data/said_spam.txt and data/said_honest.txt were written for this: a text a line, none of them real.
Alone it holds nothing back; beside a sign that a person can name, it does.
"""

from pathlib import Path

from app.core.once import once
from app.spam import classifier
from app.spam.classifier import Features, Model

_FOLDER = Path(__file__).parent / "data"


@once
def beforehand() -> tuple[list[Features], list[Features]]:
    """The features of the texts written down: of spam, and of honest ads and messages."""
    bad, good = (
        [classifier.features(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]
        for name in ("said_spam.txt", "said_honest.txt")
    )
    return bad, good


def likeness(found: Features) -> float:
    """How much a text of these features is like that spam, not those honest texts: 0 to 1."""
    return classifier.score(_model(), found)


@once
def _model() -> Model:
    model = classifier.train(*beforehand())
    assert model is not None
    return model
