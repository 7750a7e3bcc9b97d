"""A question as its page shows it. One with options is long, and there are few ways to answer it:
so it is written once, in each language, for each choice that was made of it."""

from functools import lru_cache
from typing import Any, cast

from flask import current_app
from jinja2 import Template
from markupsafe import Markup
from wtforms import Field

from app.applications.drafts.forms import StepForm, form_for
from app.applications.questions.questionnaire import Question, Step
from app.languages.choice import present_language

# Of seven questions with six options each, some hundred choices are in use at a time.
MOST_KEPT = 2048


def question_html(form: StepForm, question: Question) -> Markup:
    """The question's label, hint and input, what is wrong with its answer, and why it is asked."""
    field, components = form[question.key], current_app.jinja_env.get_template("components.html")
    if not question.options or field.errors:
        return _written(components, field, question)
    chosen = tuple(option.value for option in field.iter_choices() if option.selected)
    return _choice_html(components, form.step, question, chosen, present_language())


@lru_cache(MOST_KEPT)
def _choice_html(
    components: Template, step: Step, question: Question, chosen: tuple[str, ...], _language: str
) -> Markup:
    answer = chosen if question.kind == "choices" else next(iter(chosen), None)
    form = form_for(step)(formdata=None, data={question.key: answer}, meta={"csrf": False})
    return _written(components, form[question.key], question)


def _written(components: Template, field: Field, question: Question) -> Markup:
    macros: Any = components.module
    return cast(Markup, macros.field(field, question.reason, optional=not question.required))
