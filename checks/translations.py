"""Whether the translators' list of sentences is the one the code has now."""

import sys
from pathlib import Path

from babel.messages.pofile import read_po


def sentences(path: Path) -> set[str]:
    """Every sentence in a .pot file; of those with a plural, both forms."""
    if not path.exists():
        return set()
    with path.open("rb") as file:
        return {str(message.id) for message in read_po(file) if message.id}


def main() -> None:
    """Compare the list gathered just now with the one kept; exits naming what differs."""
    now, kept = sentences(Path(sys.argv[1])), sentences(Path(sys.argv[2]))
    for mark, differing in (("+", now - kept), ("-", kept - now)):
        for sentence in sorted(differing)[:10]:
            print(f"  {mark} {sentence}", file=sys.stderr)
    if now != kept:
        sys.exit(f"{len(now ^ kept)} sentences changed: run `make translations`.")


if __name__ == "__main__":
    main()
