"""A prospect whose browser prefers German."""

import tomllib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.applications.questions.questionnaire import original_questionnaire
from tests.integration.applications.prospect import Prospect

DEMO = Path(__file__).parents[3] / "local" / "demo_applications.toml"


@pytest.fixture
def prospect(german: FlaskClient) -> Prospect:
    """Somebody with a whole application in mind."""
    strong = tomllib.loads(DEMO.read_text())["applications"][0]
    # White space at the ends of an answer is not kept.
    answers = {**strong, "problem": strong["problem"].strip()}
    return Prospect(german, answers, original_questionnaire())
