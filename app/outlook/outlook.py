"""The outlook: answers in, what we would propose out. Pure and deterministic."""

from msgspec import Struct

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Question, Questionnaire, Step
from app.engagements.pricing import (
    is_within_budget,
    proposal_at,
    quote_engagement,
    starting_price_cents,
)
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind, Offers
from app.platform.languages.prose import Prose
from app.scoring.rubric import Misfit, Rubric, misfit_of
from app.scoring.score import gaps_in, score_answers, why_not_preferred


class PricedKind(Struct, frozen=True):
    """A kind of engagement at the rate card's price for the answers, in cents of ``currency``, in
    total or per month, and its duration. The budget in the answers is compared with
    ``budget_months`` times a monthly price."""

    kind: Kind
    duration: Prose
    total_cents: int
    starting_cents: int
    currency: str
    is_monthly: bool
    budget_months: int
    is_within_budget: bool
    starts_within_budget: bool


class Unclear(Struct, frozen=True):
    """What we would have to ask, and the questions that could be answered now instead, each with
    its step."""

    sentence: Prose
    questions: tuple[tuple[Step, Question], ...]


class Outlook(Struct, frozen=True):
    """``proposed`` is what we would propose; ``why_not_preferred`` says why if the prospect prefers
    another kind; ``others`` are the other kinds. With a ``misfit`` no engagement would help, and
    ``unclear`` is empty."""

    proposed: PricedKind
    why_not_preferred: str
    others: tuple[PricedKind, ...]
    unclear: tuple[Unclear, ...]
    misfit: Misfit | None


def outlook_on(
    answers: Answers, questionnaire: Questionnaire, rubric: Rubric, card: RateCard, offers: Offers
) -> Outlook:
    """What the answers lead to, by the same rubric, rate card and offers that make the proposal
    once they are sent."""
    kind = score_answers(answers, rubric).recommended_kind
    misfit = misfit_of(answers, rubric)
    return Outlook(
        proposed=_price(kind, answers, card, offers),
        why_not_preferred=why_not_preferred(kind, answers, rubric),
        others=tuple(_price(other, answers, card, offers) for other in KINDS if other != kind),
        unclear=() if misfit else _unclear(answers, questionnaire, rubric),
        misfit=misfit,
    )


def _price(kind: Kind, answers: Answers, card: RateCard, offers: Offers) -> PricedKind:
    quote = quote_engagement(kind, answers, card)
    starting_cents = starting_price_cents(kind, card)
    return PricedKind(
        kind=kind,
        duration=proposal_at(quote, offers).duration,
        total_cents=quote.total_cents,
        starting_cents=starting_cents,
        currency=quote.currency,
        is_monthly=quote.is_monthly,
        budget_months=card.price_of(kind).budget_months,
        is_within_budget=is_within_budget(quote.total_cents, kind, answers, card),
        starts_within_budget=is_within_budget(starting_cents, kind, answers, card),
    )


def _unclear(answers: Answers, questionnaire: Questionnaire, rubric: Rubric) -> tuple[Unclear, ...]:
    placed = {
        question.key: (step, question)
        for step in questionnaire.steps
        for question in step.questions
    }
    return tuple(
        Unclear(gap.unclear, tuple(placed[key] for key in gap.questions))
        for gap in gaps_in(answers, rubric)
    )
