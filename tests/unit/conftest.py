"""The shipped data files, loaded once, and every set of answers that they allow."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from app.applications.questions.answers import Answers
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Question, Questionnaire
from app.engagements.rate_card import RateCard
from app.engagements.rate_card_file import load_rate_card
from app.firm.offers import Offers, load_offers
from app.scoring.rubric import Rubric
from app.scoring.rubric_file import load_rubric

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "content"


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return load_questionnaire(CONTENT / "questions.toml")


@pytest.fixture(scope="session")
def rubric(questionnaire: Questionnaire) -> Rubric:
    return load_rubric(CONTENT / "rubric.toml", questionnaire)


@pytest.fixture(scope="session")
def rate_card(questionnaire: Questionnaire) -> RateCard:
    return load_rate_card(CONTENT / "rate_card.toml", questionnaire)


@pytest.fixture(scope="session")
def offers() -> Offers:
    return load_offers(CONTENT / "offers.toml")


@pytest.fixture(scope="session")
def any_answers(questionnaire: Questionnaire) -> st.SearchStrategy[Answers]:
    """A strategy that answers each question with something it offers, or leaves it out."""
    ways = {question.key: _any_answer(question) for question in questionnaire.questions}
    return st.fixed_dictionaries({}, optional=ways)


@pytest.fixture
def with_change(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copy a data file with one passage replaced, and return the path of the copy."""

    def change(file_name: str, old: str, new: str) -> Path:
        shipped = (CONTENT / file_name).read_text()
        assert old in shipped, f"content/{file_name} no longer holds {old!r}"
        changed = tmp_path / file_name
        changed.write_text(shipped.replace(old, new, 1))
        return changed

    return change


def _any_answer(question: Question) -> st.SearchStrategy[str | list[str]]:
    values = [option.value for option in question.options]
    if question.kind == "choices":
        return st.lists(st.sampled_from(values), unique=True, max_size=4)
    if question.kind == "choice":
        return st.sampled_from(values)
    return st.integers(0, 200).map(lambda count: " ".join(["word"] * count))
