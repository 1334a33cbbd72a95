"""The API on a board, where the site map does not name it yet."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.api import ads


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    app = make_app()
    if ads.bp.name not in app.blueprints:
        app.register_blueprint(ads.bp)
    return app
