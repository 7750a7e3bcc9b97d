"""Prospects with a demonstration application in mind, each in a browser of their own."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.applications.questions import Answers, current_questionnaire
from tests.integration.applications.prospect import Prospect

DEMO = Path(__file__).parents[3] / "local" / "demo_applications.toml"


@pytest.fixture
def answers() -> Answers:
    answers: Answers = tomllib.loads(DEMO.read_text())["applications"][0]
    return {
        key: answer.strip() if isinstance(answer, str) else answer
        for key, answer in answers.items()
    }


@pytest.fixture
def new_prospect(app: Flask, answers: Answers) -> Callable[[], Prospect]:
    """Another browser, which knows nothing of the first."""
    return lambda: Prospect(app.test_client(), dict(answers), current_questionnaire())


@pytest.fixture
def prospect(new_prospect: Callable[[], Prospect]) -> Prospect:
    return new_prospect()
