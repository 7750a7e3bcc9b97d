"""Reads content/rate_card.toml, and refuses a file that contradicts itself or the questions."""

import re
from pathlib import Path
from typing import Final

from babel.numbers import is_currency
from msgspec.structs import replace

from app.applications.questions.checks import check_when, rule_each_other_out
from app.applications.questions.questionnaire import Questionnaire
from app.engagements.pricing import highest_sum_cents, percent_of
from app.engagements.rate_card import MOST_CENTS, Budget, KindPrice, Modifier, RateCard
from app.firm.offers import KINDS
from app.platform.data_files import DataFileError, read_data, repeated, with_digest

# Stripe takes only whole units of these currencies; the last five it counts in thousandths.
_NOT_IN_HUNDREDTHS: Final = re.compile(
    "bif|clp|djf|gnf|isk|jpy|kmf|krw|mga|pyg|rwf|ugx|vnd|vuv|xaf|xof|xpf|bhd|jod|kwd|omr|tnd"
)


def load_rate_card(path: Path, questionnaire: Questionnaire) -> RateCard:
    """Read the rate card and check it against the questions.

    Raises DataFileError with a sentence that names the kind and the modifier at fault.
    """
    card = read_data(path, RateCard)
    for fault in _faults_in(card, questionnaire):
        raise DataFileError(path, fault)
    return replace(card, version=with_digest(card.version, card))


def _faults_in(card: RateCard, questionnaire: Questionnaire) -> list[str]:
    faults = []
    if not (card.currency.islower() and is_currency(card.currency.upper())):
        faults.append(f"The currency '{card.currency}' must be an ISO 4217 code, written like usd.")
    if _NOT_IN_HUNDREDTHS.fullmatch(card.currency):
        faults.append(
            f"The currency '{card.currency}' has no hundredths, in which all amounts are counted."
        )
    if sorted(price.kind for price in card.kinds) != sorted(KINDS):
        faults.append(f"The kinds must be {', '.join(KINDS)}, each once.")
    for price in card.kinds:
        faults += [f"The kind '{price.kind}' {fault}." for fault in _faults_in_price(price)]
        for modifier in price.modifiers:
            place = f"The modifier '{modifier.label}' of the kind '{price.kind}'"
            own = _faults_in_modifier(modifier, questionnaire)
            if not own:
                own = _faults_beside(modifier, price, questionnaire)
            faults += [f"{place} {it}." for it in own]
    for number, budget in enumerate(card.budgets, start=1):
        faults += [f"The budget {number} {it}." for it in _faults_in_budget(budget, questionnaire)]
    return faults


def _faults_in_price(price: KindPrice) -> list[str]:
    faults = []
    if not 1 <= price.deposit_percent <= 100:
        faults.append(f"asks for a deposit of {price.deposit_percent}%; it must be 1 to 100")
    if percent_of(price.floor_cents, price.deposit_percent) <= 0:
        faults.append("needs a floor with a deposit above 0 cents")
    if price.base_cents < price.floor_cents:
        faults.append(f"has a base of {price.base_cents} cents, under its floor")
    if highest_sum_cents(price) > MOST_CENTS:
        faults.append(f"can come to more than {MOST_CENTS} cents, the most that can be kept")
    if price.budget_months < 1 or (price.budget_months > 1 and not price.is_monthly):
        faults.append(
            f"has budget_months {price.budget_months}; it must be 1 or more, and 1 of a fixed price"
        )
    labels = [modifier.label for modifier in price.modifiers]
    if repeated(labels):
        faults.append("has two lines of one label")
    if not (price.label and price.explanation and price.floor_explanation):
        faults.append("needs a label, an explanation and a floor_explanation")
    return faults


def _faults_in_modifier(modifier: Modifier, questionnaire: Questionnaire) -> list[str]:
    if not (modifier.label and modifier.explanation):
        return ["needs a label and an explanation"]
    if bool(modifier.amount_cents) == bool(modifier.percent_of_base):
        return ["needs either amount_cents or percent_of_base, other than 0"]
    if not modifier.when:
        return ["has no condition; put what everybody pays into the base"]
    return check_when(modifier.when, questionnaire)


def _faults_beside(modifier: Modifier, price: KindPrice, questionnaire: Questionnaire) -> list[str]:
    """The modifier's conflicts with the kind's other lines."""
    others = {other.label: other for other in price.modifiers if other is not modifier}
    faults = []
    if modifier.not_with and modifier.not_with not in others:
        faults.append(f"is not with '{modifier.not_with}', which is no other line of that price")
    elif modifier.not_with and others[modifier.not_with].not_with:
        faults.append(f"is not with '{modifier.not_with}', which may be left out itself")
    for other in others.values():
        if not (modifier.days and other.days) or other.not_with == modifier.label:
            continue
        if modifier.not_with != other.label and not rule_each_other_out(
            modifier.when, other.when, questionnaire
        ):
            faults.append(
                f"changes the days, as '{other.label}' does, and both can be in one quote: say"
                " not_with"
            )
    return faults


def _faults_in_budget(budget: Budget, questionnaire: Questionnaire) -> list[str]:
    if budget.up_to_cents <= 0:
        return ["needs up_to_cents above 0"]
    if not budget.when:
        return ["has no condition; it would be everybody's"]
    return check_when(budget.when, questionnaire)
