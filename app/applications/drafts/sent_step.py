"""What a page of the form sends, when a button is pressed or by autosave."""

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from flask import request

from app.applications.drafts.fields import filters_of
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.progress import is_answered
from app.applications.drafts.service import NO_SAVE, Save, last_save
from app.applications.questions.answers import Answer, Answers
from app.applications.questions.questionnaire import Question, Step
from app.web.site_form import has_valid_token

NO_DRAFT = "none"
SAVE_ID = re.compile(r"[a-z0-9]{1,32}")


class Basis(NamedTuple):
    """What a page is based on, sent in hidden inputs of these names. ``of_draft`` is the draft that
    it was opened for, if there was one; ``seen_saves`` are the ids of the saves that it has seen,
    separated by spaces; ``save_id`` is the id of its own next save. ``overwrites`` is what the
    prospect chose to overwrite: a draft's name, a space and the id of a save in it."""

    of_draft: str = ""
    seen_saves: str = ""
    save_id: str = ""
    overwrites: str = ""

    @property
    def save(self) -> Save:
        """The save that the page asks for. Our own pages always name it; others get a new id."""
        own = _saves_in(self.save_id) or (new_save_id(),)
        seen = _saves_in(f"{self.seen_saves} {self.overwrites}") or (NO_SAVE,)
        return Save(own[0], seen)

    def is_for(self, name: str) -> bool:
        """Whether the answers may go into the draft ``name``, which the browser holds now: the page
        was opened for it, or before any draft existed, or the prospect was shown that draft and
        chose to overwrite it."""
        return is_of(self.of_draft, name) or name in self.overwrites.split()


class SentStep(NamedTuple):
    """The answers to a step, stored whether valid or not, and the basis of their page."""

    step: Step
    answers: Answers
    basis: Basis


def read_step(step: Step) -> SentStep:
    """The step as this request sends it, for a view that shows no form."""
    return SentStep(step, storable(_typed(step)), read_basis())


def read_accepted(step: Step) -> SentStep | None:
    """The step as this request sends it; None if its form would find an error."""
    typed = _typed(step)
    if not has_valid_token() or not is_answered(step, typed):
        return None
    return SentStep(step, storable(typed), read_basis())


def read_seen_version() -> int:
    """The version of the draft that the prospect reviewed, or -1, which no draft has, if the last
    page's field holds no number."""
    named = request.form.get("draft_version", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 10 else -1


def read_basis() -> Basis:
    """The basis that this request names."""
    return Basis(*(request.form.get(name, "") for name in Basis._fields))


def basis_on(draft: KeptDraft | None, step: Step) -> Basis:
    """The basis of a page that shows what is stored for the step."""
    of_draft = name_of(draft) if draft else ""
    return Basis(of_draft, last_save(draft, step), new_save_id())


def _typed(step: Step) -> Answers:
    return {q.key: typed_answer(q, request.form.getlist(q.key)) for q in step.questions}


def typed_answer(question: Question, values: Sequence[str]) -> Answer:
    """The question's answer, from the values sent for it."""
    if question.kind == "choices":
        return list(values)
    text = values[0] if values else ""
    for change in filters_of(question):
        text = change(text) or ""
    return text


def storable(answers: Answers) -> Answers:
    """The answers without empty ones and without characters that can't be stored."""
    return {key: _storable(answer) for key, answer in answers.items() if answer}


def name_of(draft: KeptDraft | None) -> str:
    """What a page calls the draft; NO_DRAFT before there is one."""
    return str(draft.id) if draft else NO_DRAFT


def is_of(named: str | None, name: str) -> bool:
    """Whether a page that named the draft ``named``, or none, belongs to the draft ``name``."""
    return not named or named == name


def new_save_id() -> str:
    """A random id, which must differ from that of any other page's save."""
    return secrets.token_hex(8)


def _saves_in(named: str) -> tuple[str, ...]:
    """The save ids in a hidden input; anything malformed is skipped."""
    return tuple(filter(SAVE_ID.fullmatch, named.split()))


def _storable(answer: Answer) -> Answer:
    if isinstance(answer, list):
        return [_storable_text(one) for one in answer]
    return _storable_text(answer)


def _storable_text(text: str) -> str:
    # Postgres stores neither NUL nor a lone surrogate; the field's own error names them. A text
    # that is too long is kept whole: the limit on the request's size is enough.
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
