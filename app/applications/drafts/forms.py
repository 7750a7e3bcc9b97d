"""The forms of the application, one for each step, made from the questions."""

import re
import secrets
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import HiddenField, StringField

from app.applications.drafts.fields import field_for
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import NO_SAVE, Save, last_save
from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, all_hold
from app.applications.questions.questionnaire import (
    STEP_KEYS,
    Question,
    Step,
    current_questionnaire,
)
from app.web.site_form import SiteForm

NO_DRAFT = "none"
SAVE_ID = re.compile(r"[a-z0-9]{1,32}")
CSRF_EXPIRED = lazy_gettext(
    "This page was open for too long. Nothing is lost: press the button once more."
)


class StepForm(SiteForm):
    """What each step's form can do besides checking. ``earlier`` are the answers given so far, by
    which a later question may be asked or not.

    It names the draft that its page was opened for, if there was one then; the save that it is
    about to make; those that the page has seen, apart by spaces; and what the prospect chose to
    overwrite: a save of a draft, after that draft's name.
    """

    step: Step
    of_draft = HiddenField()
    seen_saves = HiddenField()
    save_id = HiddenField()
    overwrites = HiddenField()

    def __init__(self, *, earlier: Answers | None = None, **options: Any) -> None:
        self._earlier = earlier or {}
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
        return {key: _storable(value) for key, value in self._given().items() if value}

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

    @property
    def save(self) -> Save:
        """What this form builds on. A page of our own always names its save."""
        named = [field.data or "" for field in (self.save_id, self.seen_saves, self.overwrites)]
        own, *seen = [tuple(filter(SAVE_ID.fullmatch, one.split())) for one in named]
        return Save(own[0] if own else new_save_id(), sum(seen, ()) or (NO_SAVE,))

    def is_for(self, name: str) -> bool:
        """Whether it may go into the draft of that name, which its browser holds now: its page was
        opened for that one, or for none yet, or the prospect was shown it and chose to."""
        return is_of(self.of_draft.data, name) or name in (self.overwrites.data or "").split()

    def build_on(self, draft: KeptDraft | None) -> None:
        """Have the page that shows this form know what is stored of its step."""
        self.of_draft.data = name_of(draft) if draft else ""
        self.seen_saves.data = last_save(draft, self.step)
        self.save_id.data = new_save_id()


class ReviewForm(StepForm):
    """The last step's form, which also says which state of the draft the prospect looked over.

    ``subject`` is a trap: its page hides it from everybody, so that only a program fills it in."""

    draft_version = HiddenField()
    subject = StringField(
        lazy_gettext("Leave this empty: it is there for programs."),
        render_kw={"autocomplete": "off", "tabindex": "-1"},
    )

    @property
    def seen_version(self) -> int:
        """The version, or one that no draft has where the field makes no sense."""
        typed = self.draft_version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1

    @property
    def trap_filled(self) -> bool:
        return bool(self.subject.data)


@cache
def form_for(step: Step) -> type[StepForm]:
    """The form class of a step."""
    kind = ReviewForm if step.key == STEP_KEYS[-1] else StepForm
    fields = {question.key: field_for(question) for question in step.questions}
    return type(f"{step.key.title()}Form", (kind,), {"step": step, **fields})


def name_of(draft: KeptDraft | None) -> str:
    """What a page calls the draft; NO_DRAFT for one that is yet to be begun."""
    return str(draft.id) if draft else NO_DRAFT


def is_of(named: str | None, name: str) -> bool:
    """Whether a page that named this draft, or was opened before there was any, is of that one."""
    return not named or named == name


def new_save_id() -> str:
    """Random, as it must differ from the id of any other page's save."""
    return secrets.token_hex(8)


def _storable(value: str | list[str]) -> str | list[str]:
    if isinstance(value, list):
        return [_storable_text(one) for one in value]
    return _storable_text(value)


def _storable_text(text: str) -> str:
    # Postgres keeps neither NUL nor half of a surrogate pair; the field's own error names them. A
    # text that is too long is kept whole: the limit on a request is limit enough.
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
