"""Questions that appear as answers lead to them, by CSS alone.

A style sheet generated from the questions' conditions shows a question once the answers on the same
page lead to it, so no script is needed. A browser without `:has()` shows every question, and the
form ignores answers to those that are not asked.
"""

from app.applications.questions.conditions import Condition
from app.applications.questions.questionnaire import Question, Questionnaire, Step


def branches_css(questionnaire: Questionnaire) -> str:
    """The style sheet for every page of the form."""
    rules = [
        rule
        for step in questionnaire.steps
        for question in step.questions
        for rule in _rules(question, step, questionnaire)
    ]
    return "@supports selector(:has(*)) {\n" + "\n".join(rules) + "\n}\n"


def _rules(question: Question, step: Step, questionnaire: Questionnaire) -> list[str]:
    here = {one.key for one in step.questions}
    way = [c for c in questionnaire.way_to(question) if c.question in here]
    if not way:
        return []
    field = f'[data-question="{question.key}"]'
    answered = "".join(_has(condition) for condition in way)
    return [f"form:not({answered}) {field} {{ display: none; }}"]


def _has(condition: Condition) -> str:
    values = ", ".join(f'[value="{value}"]' for value in condition.any_of)
    return f':has([name="{condition.question}"]:is({values}):checked)'
