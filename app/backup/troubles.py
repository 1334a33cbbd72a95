"""Why a board could not be carried: each is a sentence for the operator, and carries no row."""


class Trouble(Exception):
    """Nothing more was done; its text says why, and what to do."""


class NotEmpty(Trouble):
    """The database that a board should go into holds one already."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"This database holds a board already ({rows:,} rows), so nothing was changed. "
            "Name a new, empty one."
        )


class Torn(Trouble):
    """A file that is not what was written."""

    def __init__(self) -> None:
        super().__init__(
            "This file is torn or was altered, so nothing was changed. Take another backup."
        )


class Newer(Trouble):
    """Made by a version that this one knows nothing of."""

    def __init__(self) -> None:
        super().__init__(
            "This was made by a newer version of Bothways, so nothing was changed. "
            "Install that version first."
        )


class Differs(Trouble):
    """What went into a database is not what came out of it."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"What stands in {table} now is not what was put there. "
            "Something else uses this database: name a new, empty one."
        )


class Changed(Exception):
    """What was carried before has changed at its source: it has to be carried anew."""
