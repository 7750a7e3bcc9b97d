"""The application's forms, one for each step, built from the questions."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from flask_babel import lazy_gettext
from wtforms import HiddenField, StringField

from app.applications.drafts.fields import field_for
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.sent_step import Basis, SentStep, basis_on, storable
from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, all_hold
from app.applications.questions.questionnaire import (
    STEP_KEYS,
    Question,
    Questionnaire,
    Step,
    current_questionnaire,
)
from app.web import site_form
from app.web.site_form import SiteForm

NO_BASIS = Basis()
# Names that an answer can't use: what the form's pages send besides the answers, and the properties
# of a form element that their scripts read.
OF_THE_PAGE: Final = {
    *("attach", "back_to_review", "go_to", "mail_link"),
    *("dataset", "elements", "id"),
    *Basis._fields,
}
CSRF_EXPIRED = lazy_gettext(
    "This page was open for too long. Nothing is lost: press the button once more."
)


class StepForm(SiteForm):
    """What the forms of all steps have in common. ``earlier`` are the answers given so far, on
    which it may depend whether a question is asked.

    ``basis`` says which draft and which saves the page has seen."""

    step: Step

    def __init__(
        self, *, earlier: Answers | None = None, basis: Basis = NO_BASIS, **options: Any
    ) -> None:
        self._earlier = earlier or {}
        self.basis = basis
        super().__init__(**options)
        for question in self.step.questions:
            self[question.key].option_hints = {o.value: o.hint for o in question.options if o.hint}

    def page_questions(self) -> list[Question]:
        """The questions that any answers on this page could lead to, in order. The style sheet from
        `branches` shows those that the present answers do lead to."""
        return [
            question
            for question in self.step.questions
            if not question.when or all_hold(self._conditions_before(question), self._earlier)
        ]

    def asks(self, question: Question) -> bool:
        """Whether the answers lead to the question."""
        return not question.when or question in current_questionnaire().asked(
            self._earlier | self._given()
        )

    def check_kept(self) -> None:
        """Validate the answers that the form shows, as if its button had been pressed."""
        for question in self.step.questions:
            self[question.key].validate(self)

    def answers(self) -> Answers:
        """What was typed or chosen, without empty answers. It is stored whether valid or not."""
        return storable(self._given())

    @property
    def sent(self) -> SentStep:
        return SentStep(self.step, self.answers(), self.basis)

    def _conditions_before(self, question: Question) -> When:
        """The conditions on earlier pages' answers under which the question is asked."""
        here = {one.key for one in self.step.questions}
        return tuple(
            condition
            for condition in current_questionnaire().way_to(question)
            if condition.question not in here
        )

    def _given(self) -> Answers:
        return {question.key: self[question.key].data for question in self.step.questions}

    def build_on(self, draft: KeptDraft | None) -> None:
        """Base the page that shows this form on what is stored for its step now."""
        self.basis = basis_on(draft, self.step)


class ReviewForm(StepForm):
    """The last step's form, which also says which version of the draft the prospect reviewed.

    ``subject`` is a honeypot: the page hides it from people, so only a program fills it in."""

    draft_version = HiddenField()
    subject = StringField(
        lazy_gettext("Leave this empty: it is here to catch programs."),
        render_kw={"autocomplete": "off", "tabindex": "-1"},
    )


def refuse_taken_keys(path: Path, questionnaire: Questionnaire) -> None:
    """Raise DataFileError if a question from the file ``path`` has a key that the form's pages need
    themselves."""
    site_form.refuse_taken_keys(path, questionnaire.keys, ReviewForm, besides=OF_THE_PAGE)


@cache
def form_for(step: Step) -> type[StepForm]:
    """The form class of a step."""
    kind = ReviewForm if step.key == STEP_KEYS[-1] else StepForm
    fields = {question.key: field_for(question) for question in step.questions}
    return type(f"{step.key.title()}Form", (kind,), {"step": step, **fields})
