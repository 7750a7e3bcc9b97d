"""Pages of one step that save in any order, with some requests or responses lost."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import (
    NO_SAVE,
    Save,
    StepChanged,
    last_save,
    read_again,
    save_step,
    start_draft,
)
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import current_questionnaire
from app.platform.database.connection import driver_connection

PAGES = 3
DEEDS = st.sampled_from(["opens", "saves", "saves unheard", "sends in vain"])


class Page(NamedTuple):
    """What a page knows: the saves it builds on, and the texts that its user has seen."""

    seen: list[str]
    texts: set[str]


def text_of(draft: KeptDraft) -> str:
    return str(draft.answers.get("problem", ""))


def play(session: Session, deeds: list[tuple[int, str]], *, guarded: bool = True) -> None:
    """Let the pages do it, and check that each save replaces only a text that its user has seen."""
    questionnaire = current_questionnaire()
    step = questionnaire.step("problem")
    connection = driver_connection(session)
    draft = read_again(connection, start_draft(session, questionnaire).id)
    pages = {number: Page([NO_SAVE], {""}) for number in range(PAGES)}
    writer: Page | None = None
    for turn, (number, deed) in enumerate(deeds, start=1):
        if deed == "opens":
            pages[number] = Page([last_save(draft, step)], {text_of(draft)})
            continue
        page, own, text = pages[number], f"save{turn}", f"text {turn}"
        save = Save(own, (*page.seen, *(() if guarded else (last_save(draft, step),))))
        page.seen.append(own)
        page.texts.add(text)
        if deed == "sends in vain":
            continue
        before = text_of(draft)
        try:
            answers: Answers = {"problem": text}
            save_step(connection, draft.id, step, answers, save, accepted=False, language="en")
        except StepChanged:
            assert text_of(draft) == before and writer is not page
            continue
        draft = read_again(connection, draft.id)
        assert before in page.texts, "a text is gone that this page has never shown"
        writer = page
        if deed == "saves":
            page.seen[:] = [own]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, PAGES - 1), DEEDS), max_size=20))
def test_no_text_is_overwritten_unseen_and_no_page_conflicts_with_itself(
    session: Session, deeds: list[tuple[int, str]]
) -> None:
    play(session, deeds)


def test_a_page_that_claimed_to_have_seen_everything_would_overwrite_unseen_text(
    session: Session,
) -> None:
    """The control."""
    with pytest.raises(AssertionError, match="never shown"):
        play(session, [(0, "saves"), (1, "saves")], guarded=False)
