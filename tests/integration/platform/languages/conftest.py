"""A prospect whose browser prefers German."""

import pytest
from flask.testing import FlaskClient

from app.applications.questions.questionnaire import original_questionnaire
from tests.demo_applications import STRONG
from tests.integration.applications.prospect import Prospect


@pytest.fixture
def prospect(german: FlaskClient) -> Prospect:
    """Somebody with the answers to a whole application ready."""
    # Answers are stored without white space at the ends.
    answers = {**STRONG, "problem": STRONG["problem"].strip()}
    return Prospect(german, answers, original_questionnaire())
