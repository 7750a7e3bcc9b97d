"""The five questions as a form, sent by GET, so that the address of the result can be shared."""

from pathlib import Path

from flask_babel import gettext
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired

from app.comparer.arguments import Answers, Arguments, Question
from app.platform.languages.choice import PARAMETER
from app.web import site_form
from app.web.site_form import SiteForm


class ComparerForm(SiteForm):
    """The form. It has no CSRF token, as it stores nothing."""

    class Meta:
        csrf = False

    def answers(self) -> Answers:
        return {field.name: field.data for field in self}


def refuse_taken_keys(path: Path, arguments: Arguments) -> None:
    """Raise DataFileError if a question from the file ``path`` has a key that the form or the
    page's address needs itself."""
    keys = [question.key for question in arguments.questions]
    site_form.refuse_taken_keys(path, keys, ComparerForm, besides=[PARAMETER])


def form_for(arguments: Arguments) -> type[ComparerForm]:
    fields = {question.key: field_for(question) for question in arguments.questions}
    return type("QuestionsForm", (ComparerForm,), fields)


def field_for(question: Question) -> RadioField:
    choices = [SelectChoice(answer.value, answer.label) for answer in question.answers]
    missing = gettext("Choose an answer to “%(question)s”", question=question.question)
    known = AnyOf([answer.value for answer in question.answers], message=missing)
    return RadioField(
        question.question,
        choices=choices,
        validators=[InputRequired(missing), known],
        validate_choice=False,
    )
