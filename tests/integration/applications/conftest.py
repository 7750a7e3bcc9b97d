"""Prospects with a demonstration application in mind, each in a browser of their own."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.applications.questions.questionnaire import current_questionnaire
from tests.integration.applications.prospect import Prospect

DEMO = Path(__file__).parents[3] / "local" / "demo_applications.toml"


@pytest.fixture
def new_prospect(app: Flask) -> Callable[[], Prospect]:
    """Another browser, which knows nothing of the first."""
    strong = tomllib.loads(DEMO.read_text())["applications"][0]
    # White space at the ends of an answer is not kept.
    answers = {key: value.strip() if key == "problem" else value for key, value in strong.items()}
    return lambda: Prospect(app.test_client(), dict(answers), current_questionnaire())


@pytest.fixture
def prospect(new_prospect: Callable[[], Prospect]) -> Prospect:
    return new_prospect()
