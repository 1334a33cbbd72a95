"""Whether the migrations make exactly the tables the models describe, and can be taken back."""

import logging
import os
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Migrate an empty database, compare, and undo it all; exits with what differs."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'empty.db'}"
        from app import create_app
        from app.db import alembic, db

        app = create_app()
        logging.getLogger("alembic").setLevel(logging.WARNING)  # Flask-Alembic sets it to say all
        with app.app_context():
            alembic.upgrade()
            differences = alembic.compare_metadata()
            alembic.downgrade("base")
            db.engine.dispose()
    if differences:
        for difference in differences:
            print(f"  {difference}", file=sys.stderr)
        sys.exit("The models say more, or less, than the migrations: a revision is missing.")


if __name__ == "__main__":
    main()
