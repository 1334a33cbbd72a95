"""The encoder: texts that mean alike are near; a whole text and its phrases; batches alike."""

from pathlib import Path

import numpy as np
import pytest

from app.meaning import encoder, weights
from app.meaning.encoder import MeaningEncoder
from app.meaning.pieces import Pieces


@pytest.fixture(scope="module")
def loaded() -> MeaningEncoder:
    found = encoder.load()
    if found is None:
        pytest.skip("the encoder’s weights are not here")
    return found


def test_texts_that_mean_alike_are_near(loaded: MeaningEncoder) -> None:
    said = ["how to fill in funding applications", "grant writing for arts projects", "kites"]
    funds, grants, kites = (rows[0] for rows in loaded.encode([[text] for text in said]))

    assert funds @ grants == pytest.approx(0.4476, abs=2e-3)  # as the model’s makers publish it
    assert funds @ kites < 0.15


def test_a_text_is_the_same_alone_and_among_others(loaded: MeaningEncoder) -> None:
    texts = [["mending clocks", "with patience"], ["bread"], [""], *[["a", "b", "c"] * 90] * 6]
    together = loaded.encode(texts)

    for text, rows in zip(texts, together, strict=True):
        assert rows.shape == (1 + len(text), 384)
        assert np.allclose(rows, loaded.encode([text])[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(together[0], axis=1), 1, atol=1e-5)
    assert not together[2].any()


def test_weights_that_are_not_the_known_ones_are_not_used(tmp_path: Path) -> None:
    for name in weights.SHA_256:
        (tmp_path / name).write_bytes(b"\x08\0\0\0\0\0\0\0{}")

    assert not weights.are_right(tmp_path)
    with pytest.raises(ValueError, match="no weights"):
        weights.read(tmp_path / weights.WEIGHTS)


def test_words_are_parted_into_the_longest_known_pieces() -> None:
    pieces = Pieces(["[UNK]", "[CLS]", "[SEP]", ".", "clock", "##s", "mend", "##ing", "cafe", "!"])

    assert pieces.numbers("Mending CLOCKS.") == [6, 7, 4, 5, 3]
    assert pieces.numbers("Café!") == [8, 9]
    assert pieces.numbers("zebra " + "x" * 101) == [0, 0]
