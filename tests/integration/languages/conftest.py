"""Visitors whose browsers prefer German."""

import tomllib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.applications.questions import original_questionnaire
from tests.integration.applications.prospect import Prospect

DEMO = Path(__file__).parents[3] / "local" / "demo_applications.toml"


@pytest.fixture
def german(app: Flask) -> FlaskClient:
    """A browser that prefers German."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"
    return client


@pytest.fixture
def prospect(german: FlaskClient) -> Prospect:
    """Somebody with a whole application in mind."""
    strong = tomllib.loads(DEMO.read_text())["applications"][0]
    # White space at the ends of an answer is not kept.
    answers = {**strong, "problem": strong["problem"].strip()}
    return Prospect(german, answers, original_questionnaire())
