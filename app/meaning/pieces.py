"""Word pieces: a text as numbers the encoder knows, as BERT's uncased vocabulary does it. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence

LONGEST_WORD = 100  # characters; a longer one is unknown
_UNKNOWN = "[UNK]"


class Pieces:
    """Turns texts into numbers of pieces; each word is parted into the longest known ones."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._words: dict[str, list[int]] = {}
        self.begin, self.end = self._numbers["[CLS]"], self._numbers["[SEP]"]
        self.stop = self._numbers["."]

    def numbers(self, text: str) -> list[int]:
        """The pieces of `text`, without marks for its beginning and end."""
        return [number for word in _words(text) for number in self._word(word)]

    def _word(self, word: str) -> list[int]:
        if (known := self._words.get(word)) is None:
            known = self._parted(word)
            if len(self._words) < 50_000:
                self._words[word] = known
        return known

    def _parted(self, word: str) -> list[int]:
        unknown = [self._numbers[_UNKNOWN]]
        if len(word) > LONGEST_WORD:
            return unknown
        found: list[int] = []
        start = 0
        while start < len(word):
            before = "##" if start else ""
            for end in range(len(word), start, -1):
                if (number := self._numbers.get(before + word[start:end])) is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return unknown
        return found


def _words(text: str) -> Iterator[str]:
    """Runs of letters and digits in lower case without accents, and each sign by itself."""
    plain = unicodedata.normalize("NFD", "".join(map(_clean, text)).lower())
    word = ""
    for char in plain:
        if unicodedata.category(char) == "Mn":
            continue
        if char.isspace() or _is_sign(char):
            if word:
                yield word
            if not char.isspace():
                yield char
            word = ""
        else:
            word += char
    if word:
        yield word


def _clean(char: str) -> str:
    if char in "\t\n\r" or unicodedata.category(char) == "Zs":
        return " "
    if char in "\0\ufffd" or unicodedata.category(char).startswith("C"):
        return ""
    return f" {char} " if _is_ideograph(ord(char)) else char


def _is_sign(char: str) -> bool:
    ascii_sign = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    return ascii_sign or unicodedata.category(char).startswith("P")


def _is_ideograph(code: int) -> bool:
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF
