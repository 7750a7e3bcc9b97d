"""The firm's texts, which name the kinds of engagement."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.firm.offers import load_offers
from app.platform.languages.catalogs import init_languages
from tests.unit.conftest import CONTENT


@pytest.fixture(scope="session", autouse=True)
def words() -> Iterator[None]:
    app = Flask(__name__)
    app.extensions["offers"] = load_offers(CONTENT / "offers.toml")
    init_languages(app, CONTENT)
    with app.app_context():
        yield
