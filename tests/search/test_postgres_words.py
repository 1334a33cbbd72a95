"""Which words a slip is compared with, once a process has read them."""

from pathlib import Path

from app.search.postgres_words import Words
from tests import postgres
from tests.search.documents import ad, fill, put
from tests.search.implementations import on_postgres

pytestmark = postgres.needed


def test_what_was_read_before_is_not_read_again_however_many_numbers_came_since(
    tmp_path: Path,
) -> None:
    index, words = on_postgres(tmp_path), Words()
    fill(index, ad(1, headline="lantern kettle"))
    put(index, ad(2, headline="kettle", about=" ".join(map(str, range(1000, 1500)))))
    known, _ = words.shelves(index._ask, index.tables)
    assert {"lantern", "kettl"} <= {word.decode() for word in known.words}
    assert not len(words.shelves(index._ask, index.tables)[1].words)
    put(index, ad(3, headline="anvil"))
    assert b"anvil" in words.shelves(index._ask, index.tables)[1].words
