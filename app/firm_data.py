"""The firm as data: brand, calendar, offers, questions, rubric, rates, screening and the comparer,
checked at the start."""

from pathlib import Path

from flask import Flask

from app.applications.drafts import forms
from app.applications.questions.file import load_questionnaire
from app.comparer import forms as comparer_forms
from app.comparer.arguments import load_arguments
from app.engagements.offer_checks import check_price_lines
from app.engagements.rate_card_file import load_rate_card
from app.firm.brand import load_brand
from app.firm.calendar import load_calendar
from app.firm.offers import load_offers
from app.scoring.rubric_file import load_rubric
from app.screening.rules import check_questions, load_rules
from config import Config, ConfigurationError


def load_firm_data(app: Flask, config: Config) -> None:
    """Read every data file under CONTENT_DIR; each domain's ``current_…`` function returns its own.
    Raises ConfigurationError if there are none, and DataFileError with the file and place of a
    fault."""
    folder = Path(config.CONTENT_DIR)
    if not (folder / "questions.toml").is_file():
        raise ConfigurationError(
            f"CONTENT_DIR must be a folder with the firm's data: {folder} has no questions.toml."
        )
    questionnaire = load_questionnaire(folder / "questions.toml")
    forms.refuse_taken_keys(folder / "questions.toml", questionnaire)
    offers = load_offers(folder / "offers.toml")
    rate_card = load_rate_card(folder / "rate_card.toml", questionnaire)
    check_price_lines(folder / "offers.toml", offers, rate_card)
    brand = load_brand(folder / "brand.toml")
    if brand.labs:
        arguments = load_arguments(folder / "comparer.toml")
        comparer_forms.refuse_taken_keys(folder / "comparer.toml", arguments)
        app.extensions["arguments"] = arguments
    app.extensions["brand"] = brand
    app.extensions["calendar"] = load_calendar(folder / "calendar.toml")
    app.extensions["offers"] = offers
    app.extensions["questionnaire"] = questionnaire
    app.extensions["rubric"] = load_rubric(folder / "rubric.toml", questionnaire)
    app.extensions["rate_card"] = rate_card
    rules = load_rules(folder / "screening.toml")
    check_questions(folder / "screening.toml", rules, questionnaire.keys)
    app.extensions["screening"] = rules
