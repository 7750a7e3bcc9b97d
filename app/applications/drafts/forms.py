"""The forms of the application, one for each step, made from the questions."""

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
# What the form's pages send beside the answers, and what their scripts ask of a form by its name.
OF_THE_PAGE: Final = {
    *("attach", "back_to_review", "go_to", "mail_link"),
    *("dataset", "elements", "id"),
    *Basis._fields,
}
CSRF_EXPIRED = lazy_gettext(
    "This page was open for too long. Nothing is lost: press the button once more."
)


class StepForm(SiteForm):
    """What each step's form can do besides checking. ``earlier`` are the answers given so far, by
    which a later question may be asked or not.

    ``basis`` is what its page builds on."""

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
        """Those that some answers on this page lead to, in their order (`branches` has the browser
        show the ones that the answers do lead to)."""
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
        """Say what is wrong with the answers that it shows, as if its button was pressed."""
        for question in self.step.questions:
            self[question.key].validate(self)

    def answers(self) -> Answers:
        """What was typed or chosen, without what is empty: to be stored whether accepted or not."""
        return storable(self._given())

    @property
    def sent(self) -> SentStep:
        return SentStep(self.step, self.answers(), self.basis)

    def _conditions_before(self, question: Question) -> When:
        """What must hold of the answers on earlier pages for the question to be asked."""
        here = {one.key for one in self.step.questions}
        return tuple(
            condition
            for condition in current_questionnaire().way_to(question)
            if condition.question not in here
        )

    def _given(self) -> Answers:
        return {question.key: self[question.key].data for question in self.step.questions}

    def build_on(self, draft: KeptDraft | None) -> None:
        """Have the page that shows this form know what is stored of its step."""
        self.basis = basis_on(draft, self.step)


class ReviewForm(StepForm):
    """The last step's form, which also says which state of the draft the prospect looked over.

    ``subject`` is a trap: its page hides it from everybody, so that only a program fills it in."""

    draft_version = HiddenField()
    subject = StringField(
        lazy_gettext("Leave this empty: it is there for programs."),
        render_kw={"autocomplete": "off", "tabindex": "-1"},
    )


def refuse_taken_keys(path: Path, questionnaire: Questionnaire) -> None:
    """Raises DataFileError where a question, read from ``path``, has a key that the form's pages
    need for themselves."""
    site_form.refuse_taken_keys(path, questionnaire.keys, ReviewForm, besides=OF_THE_PAGE)


@cache
def form_for(step: Step) -> type[StepForm]:
    """The form class of a step."""
    kind = ReviewForm if step.key == STEP_KEYS[-1] else StepForm
    fields = {question.key: field_for(question) for question in step.questions}
    return type(f"{step.key.title()}Form", (kind,), {"step": step, **fields})
