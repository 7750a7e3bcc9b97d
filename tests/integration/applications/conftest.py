"""Prospects about to send a demonstration application, each in their own browser."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.applications.intake import consumer
from app.applications.questions.questionnaire import current_questionnaire
from tests.brokers.tansu import Tansu
from tests.demo_applications import STRONG
from tests.integration.applications.partner import Partner
from tests.integration.applications.prospect import Prospect


@pytest.fixture
def new_prospect(app: Flask) -> Callable[[], Prospect]:
    """Another browser, independent of the first."""
    # Answers are stored without white space at the ends.
    answers = {key: value.strip() if key == "problem" else value for key, value in STRONG.items()}
    return lambda: Prospect(app.test_client(), dict(answers), current_questionnaire())


@pytest.fixture
def prospect(new_prospect: Callable[[], Prospect]) -> Prospect:
    return new_prospect()


@pytest.fixture
def ready(prospect: Prospect) -> Prospect:
    """A prospect at the review."""
    prospect.fill_in()
    return prospect


@pytest.fixture
def partner(tansu: Tansu, prospect: Prospect, monkeypatch: pytest.MonkeyPatch) -> Partner:
    monkeypatch.setattr(consumer, "RETRY_SECONDS", 0.01)
    return Partner(tansu, prospect.answers)
