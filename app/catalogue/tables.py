"""Reading the catalogue’s data files: comma-separated, UTF-8, one header line, # for remarks."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"

Row = tuple[int, list[str]]


class CatalogueError(ValueError):
    """A data file says something the board cannot use; the message names file and line."""


def read_rows(lines: Iterable[str], *, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield (line number, cells trimmed of space), skipping blank lines and # remarks.

    Raises CatalogueError when the header is not `columns` or a row has too few or too many cells.
    A spreadsheet’s byte-order mark and trailing empty cells are forgiven.
    """
    reader = csv.reader(lines)
    header = [cell.strip().lstrip("\ufeff").lower() for cell in next(reader, [])]
    width = len(columns)
    if tuple(header[:width]) != columns or any(header[width:]):
        raise CatalogueError(f"{name}, line 1: the columns must be {', '.join(columns)}")
    for cells in reader:
        if not any(cells) or cells[0].startswith("#"):
            continue
        if len(cells) < width or any(cells[width:]):
            raise CatalogueError(
                f"{name}, line {reader.line_num}: expected {width} cells, found {len(cells)}"
            )
        yield reader.line_num, [cell.strip() for cell in cells[:width]]


def read_table(name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of one file under app/catalogue/data; see read_rows."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from read_rows(lines, name=name, columns=columns)
