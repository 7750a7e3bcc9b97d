"""A question as its page shows it. One with options is long, but has few possible answers, so its
HTML is cached by language and by the options chosen."""

from functools import lru_cache
from typing import Any, cast

from flask import current_app
from jinja2 import Environment
from markupsafe import Markup
from wtforms import Field

from app.applications.drafts.forms import StepForm
from app.applications.questions.questionnaire import Question
from app.platform.languages.choice import present_language
from app.web.assets import keeps_files

# Seven questions with six options each have some hundred combinations in use at a time.
MOST_KEPT = 2048


def question_html(form: StepForm, question: Question) -> Markup:
    """The question's label, hint and input, the error in its answer, and why it is asked."""
    field, env = form[question.key], current_app.jinja_env
    if not question.options or field.errors or not keeps_files():
        return _written(env, field, question)
    picked = field.data or () if question.kind == "choices" else (field.data,)
    chosen = tuple(option.value for option in question.options if option.value in picked)
    form_class: Any = type(form)
    return _choice_html(env, form_class, question, chosen, present_language())


@lru_cache(MOST_KEPT)
def _choice_html(
    env: Environment,
    form_class: type[StepForm],
    question: Question,
    chosen: tuple[str, ...],
    _language: str,
) -> Markup:
    answer = chosen if question.kind == "choices" else next(iter(chosen), None)
    form = form_class(formdata=None, data={question.key: answer}, meta={"csrf": False})
    return _written(env, form[question.key], question)


def _written(env: Environment, field: Field, question: Question) -> Markup:
    macros: Any = env.get_template("components.html").module
    return cast(Markup, macros.field(field, question.reason, optional=not question.required))
