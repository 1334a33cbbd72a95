"""One JSON object from outside: its names checked, its values asked for by their type."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.text import clean_line, clean_text

LONGEST = 64 * 1024  # bytes of one line; the largest possible ad has an eighth of that


class BadLine(ValueError):
    """A line that can’t be taken; its text names the field and says why, without any address."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by name, cleaned; null is as if left out. Raises BadLine for a wrong type."""

    values: dict[str, Any]

    def line(self, name: str, default: str = "") -> str:
        return self._text(name, default, clean_line)

    def text(self, name: str) -> str:
        return self._text(name, "", clean_text)

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise BadLine(f"{name}: This must be true or false.")
        return value

    def number(self, name: str, default: float | None, least: float, most: float) -> float | None:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadLine(f"{name}: This must be a number.")
        if not least <= value <= most:
            raise BadLine(f"{name}: This must be a number from {least} to {most}.")
        return value

    def listed(self, name: str) -> list[str]:
        """A list of texts, or one text with commas."""
        value = self.values.get(name)
        if value is None:
            return []
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise BadLine(f"{name}: This must be a list of texts.")
        return [cleaned for item in items if (cleaned := clean_line(item))]

    def _text(self, name: str, default: str, clean: Callable[[str], str]) -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise BadLine(f"{name}: This must be text, in quotation marks.")
        return clean(value)


def read_object(line: str, *, known: frozenset[str]) -> dict[str, Any]:
    """The JSON object on this line, all its names among `known`. Raises BadLine."""
    if len(line) > LONGEST or len(line.encode(errors="surrogatepass")) > LONGEST:
        raise BadLine(f"The line is longer than {LONGEST // 1024} kB.")
    try:
        line.encode()
        found = json.loads(line, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadLine("The line is not UTF-8 text.") from None
    except RecursionError:
        raise BadLine("The line is not an ad: it nests too deeply.") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"The line is not JSON: {error.msg}, at character {error.pos + 1}.") from None
    except ValueError:
        raise BadLine("The line is not JSON: it has a number no ad has.") from None
    if not isinstance(found, dict):
        raise BadLine("The line is not an ad: it must be one JSON object, in curly brackets.")
    if unknown := sorted(name for name in found if name not in known):
        # Only names are shown, and only short plain ones: a slipped value might be an address.
        shown = [n if n.isidentifier() and len(n) <= 30 else "…" for n in unknown[:3]]
        raise BadLine(f"An ad has no field called {', '.join(shown)}.")
    return found


def _no_constant(_name: str) -> object:
    raise ValueError
