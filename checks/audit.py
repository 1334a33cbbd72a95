"""Whether a hole is known in one of the pinned packages: `make audit`, where the list is in reach.

Exits 0 when every package was looked up and none has one, 1 when one has, 2 when it cannot be told.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LIST = Path(__file__).parent.parent / "requirements.txt"
UNTOLD = 2


def ask(program: str) -> tuple[dict[str, Any] | None, str]:
    """What `pip-audit` found, None when it found nothing out; and what it complained of."""
    asked = [program, "--requirement", str(LIST), "--no-deps", "--disable-pip"]
    asked += ["--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    ran = subprocess.run(asked, capture_output=True, text=True)  # noqa: S603
    try:
        found: dict[str, Any] = json.loads(ran.stdout)
    except json.JSONDecodeError:
        return None, ran.stderr
    return found, ran.stderr


def holes(found: dict[str, Any]) -> list[str]:
    """A line for each known hole: the package, its version, the advisory, where it is mended."""
    return [
        f"{package['name']} {package['version']}: {hole['id']}, "
        f"mended in {' or '.join(hole['fix_versions']) or 'no version yet'}"
        for package in found["dependencies"]
        for hole in package.get("vulns", ())
    ]


def main() -> None:
    """Ask, and say plainly what was found or that nothing could be."""
    found, trouble = ask(sys.argv[1])
    if found is None:
        last = (trouble.strip().splitlines() or ["no reason was given"])[-1]
        print("Nothing was audited: the list of known holes can’t be reached from here.")
        print(f"  {last[:300]}")
        sys.exit(UNTOLD)
    known = holes(found)
    left = [str(package["name"]) for package in found["dependencies"] if "skip_reason" in package]
    looked = f"Packages looked up: {len(found['dependencies']) - len(left)}. No known hole in any."
    print("\n".join(known) or looked)
    if left:
        print(f"Not looked up: {', '.join(left)}.")
    sys.exit(1 if known else UNTOLD if left else 0)


if __name__ == "__main__":
    main()
