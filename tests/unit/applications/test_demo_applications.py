from app.applications.questions.questionnaire import Questionnaire, problems_with_asked
from app.engagements.pricing import quote_engagement
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS
from app.scoring.rubric import BAND_NAMES, Rubric
from app.scoring.score import score_answers
from tests.demo_applications import APPLICATIONS


def test_a_dozen_demo_applications_are_valid_answers(questionnaire: Questionnaire) -> None:
    assert len(APPLICATIONS) == 12
    for answers in APPLICATIONS:
        assert problems_with_asked(questionnaire.questions, answers) == {}, answers["company"]
        assert questionnaire.answers_to_asked(answers) == answers, answers["company"]


def test_the_demo_shows_every_band_and_every_kind(rubric: Rubric) -> None:
    scores = [score_answers(answers, rubric) for answers in APPLICATIONS]
    assert {score.band for score in scores} == set(BAND_NAMES)
    assert {score.recommended_kind for score in scores} == set(KINDS)


def test_the_demo_shows_discounts_and_surcharges(rubric: Rubric, rate_card: RateCard) -> None:
    lines = [
        line.amount_cents
        for answers in APPLICATIONS
        for line in quote_engagement(
            score_answers(answers, rubric).recommended_kind, answers, rate_card
        ).lines[1:]
    ]
    assert min(lines) < 0 < max(lines)


def test_demo_people_are_invented() -> None:
    for answers in APPLICATIONS:
        assert str(answers["email"]).endswith(".example")
        assert str(answers.get("website", ".example")).endswith(".example")
