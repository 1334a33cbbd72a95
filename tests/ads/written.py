"""Lines of an import file, to be changed as a test needs them."""

import json
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HEADLINE = "Baker wants to understand the accounts"


def line(**changed: Any) -> str:
    fields: dict[str, Any] = {
        "kind": "seeks",
        "headline": HEADLINE,
        "seeks": "Somebody who can explain a balance sheet over a coffee.",
        "offers": "Sourdough, from starter to loaf.",
        "seeks_skills": ["bookkeeping"],
        "offers_skills": ["baking"],
        "sector": "hospitality",
        "place": "Cardiff",
        "modes": ["in_person"],
        "rhythm": "once",
        "name": "Gwen",
        "email": "gwen@members.test",
        "confirmed": True,
    } | changed
    return json.dumps({k: v for k, v in fields.items() if v is not ...}, ensure_ascii=False)


def many(count: int, *, start: int = 0) -> list[str]:
    return [
        line(headline=f"Baker number {n}", email=f"baker{n}@members.test")
        for n in range(start, start + count)
    ]
