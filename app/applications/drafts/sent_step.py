"""What a page of the form says when it is sent, by a press or by an autosave."""

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from flask import request

from app.applications.drafts.fields import filters_of
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import NO_SAVE, Save, last_save
from app.applications.questions.answers import Answer, Answers
from app.applications.questions.questionnaire import Question, Step, current_questionnaire
from app.web.site_form import has_valid_token

NO_DRAFT = "none"
SAVE_ID = re.compile(r"[a-z0-9]{1,32}")


class Basis(NamedTuple):
    """What a page builds on, in hidden inputs of these names: the draft that it was opened for, if
    there was one then; the saves that it has seen, apart by spaces; and the one that it is about to
    make. ``overwrites`` is what the prospect chose to overwrite: a save of a draft, after that
    draft's name."""

    of_draft: str = ""
    seen_saves: str = ""
    save_id: str = ""
    overwrites: str = ""

    @property
    def save(self) -> Save:
        """A page of our own always names its save."""
        own = _saves_in(self.save_id) or (new_save_id(),)
        seen = _saves_in(f"{self.seen_saves} {self.overwrites}") or (NO_SAVE,)
        return Save(own[0], seen)

    def is_for(self, name: str) -> bool:
        """Whether it may go into the draft of that name, which its browser holds now: its page was
        opened for that one, or for none yet, or the prospect was shown it and chose to."""
        return is_of(self.of_draft, name) or name in self.overwrites.split()


class SentStep(NamedTuple):
    """The answers to a step, to be stored whether accepted or not, and what their page builds
    on."""

    step: Step
    answers: Answers
    basis: Basis


def read_step(step: Step) -> SentStep:
    """The step as this request says it, for whoever shows no form for it."""
    return SentStep(step, storable(_typed(step)), read_basis())


def read_accepted(step: Step) -> SentStep | None:
    """The same; None where its form would have something to say against it."""
    typed, questionnaire = _typed(step), current_questionnaire()
    elsewhere = questionnaire.keys - typed.keys()
    if not has_valid_token() or questionnaire.problems_with_asked(typed, known=elsewhere):
        return None
    return SentStep(step, storable(typed), read_basis())


def read_seen_version() -> int:
    """The draft's version that the prospect looked over, or one that no draft has where the last
    page's field makes no sense."""
    named = request.form.get("draft_version", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 10 else -1


def read_basis() -> Basis:
    """The basis that this request names."""
    return Basis(*(request.form.get(name, "") for name in Basis._fields))


def basis_on(draft: KeptDraft | None, step: Step) -> Basis:
    """That of a page which shows what is stored of the step."""
    of_draft = name_of(draft) if draft else ""
    return Basis(of_draft, last_save(draft, step), new_save_id())


def _typed(step: Step) -> Answers:
    return {q.key: typed_answer(q, request.form.getlist(q.key)) for q in step.questions}


def typed_answer(question: Question, values: Sequence[str]) -> Answer:
    """The question's answer from the values that were sent for it."""
    if question.kind == "choices":
        return list(values)
    text = values[0] if values else ""
    for change in filters_of(question):
        text = change(text) or ""
    return text


def storable(answers: Answers) -> Answers:
    """Without what is empty or can't be stored."""
    return {key: _storable(answer) for key, answer in answers.items() if answer}


def name_of(draft: KeptDraft | None) -> str:
    """What a page calls the draft; NO_DRAFT for one that is yet to be begun."""
    return str(draft.id) if draft else NO_DRAFT


def is_of(named: str | None, name: str) -> bool:
    """Whether a page that named this draft, or was opened before there was any, is of that one."""
    return not named or named == name


def new_save_id() -> str:
    """Random, as it must differ from the id of any other page's save."""
    return secrets.token_hex(8)


def _saves_in(named: str) -> tuple[str, ...]:
    """The ids that a hidden input holds, without what can be none."""
    return tuple(filter(SAVE_ID.fullmatch, named.split()))


def _storable(answer: Answer) -> Answer:
    if isinstance(answer, list):
        return [_storable_text(one) for one in answer]
    return _storable_text(answer)


def _storable_text(text: str) -> str:
    # Postgres keeps neither NUL nor half of a surrogate pair; the field's own error names them. A
    # text that is too long is kept whole: the limit on a request is limit enough.
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
