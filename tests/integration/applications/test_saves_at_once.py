"""Simultaneous saves of one draft, each based on what it had read before."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import KeptDraft, read_draft
from app.applications.drafts.service import (
    NO_SAVE,
    DraftSealed,
    NotThisDraft,
    Save,
    StepChanged,
    last_save,
    read_again,
    save_step,
    start_draft,
)
from app.applications.models import Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.platform.database import plain_connection
from app.platform.database.connection import driver_connection
from tests.integration.applications.prospect import Prospect
from tests.integration.waiting import waiting

FIELDS = {"problem": "problem", "outcome": "success", "review": "anything_else"}


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """A connection on which each save commits by itself."""
    with plain_connection() as connection:
        yield connection


@pytest.fixture
def draft(connection: Connection, session: Session) -> KeptDraft:
    begun = start_draft(session, current_questionnaire())
    session.commit()
    return read_again(connection, begun.id)


def save(
    connection: Connection, draft: KeptDraft, key: str, typed: str, *, seen: str = NO_SAVE
) -> KeptDraft:
    """Save a page that was opened when the draft was as it is given, and return it as it is now."""
    save_step(
        connection,
        draft.id,
        current_questionnaire().step(key),
        {FIELDS[key]: typed},
        Save(f"save{typed}", (seen,)),
        accepted=False,
        language="en",
    )
    return read_again(connection, draft.id)


def test_two_steps_saved_at_the_same_time_are_both_kept(
    connection: Connection, draft: KeptDraft
) -> None:
    save(connection, draft, "problem", "one")
    save(connection, draft, "outcome", "two")
    after = read_again(connection, draft.id)
    assert after.answers == {"problem": "one", "success": "two"}
    assert after.version == draft.version + 2
    assert after.step_saves == {"problem": "saveone", "outcome": "savetwo"}


def test_of_two_simultaneous_saves_of_one_step_the_second_is_told_of_the_first(
    connection: Connection, draft: KeptDraft
) -> None:
    save(connection, draft, "problem", "one")
    with pytest.raises(StepChanged):
        save(connection, draft, "problem", "two")
    assert read_again(connection, draft.id).answers == {"problem": "one"}


def test_without_the_guard_the_second_would_overwrite_the_first(
    connection: Connection, draft: KeptDraft
) -> None:
    """The control: it claims to have seen what the first has stored."""
    save(connection, draft, "problem", "one")
    save(connection, draft, "problem", "two", seen="saveone")
    assert read_again(connection, draft.id).answers == {"problem": "two"}


@pytest.mark.parametrize("key", list(FIELDS))
def test_a_draft_sent_while_a_step_is_being_saved_stays_as_it_was_sent(
    connection: Connection, prospect: Prospect, session: Session, key: str
) -> None:
    prospect.fill_in()
    draft = read_again(connection, session.scalars(select(Draft.id)).one())
    prospect.send()
    sent = read_again(connection, draft.id)
    seen = last_save(draft, current_questionnaire().step(key))
    with pytest.raises(DraftSealed):
        save(connection, draft, key, "too late", seen=seen)
    assert read_again(connection, draft.id) == sent


def test_a_draft_deleted_while_a_step_is_being_saved_does_not_come_back(
    connection: Connection, session: Session, draft: KeptDraft
) -> None:
    session.execute(delete(Draft))
    session.commit()
    with pytest.raises(NotThisDraft):
        save(connection, draft, "problem", "too late")
    assert read_draft(connection, draft.id) is None


def test_a_save_that_waits_for_another_builds_on_what_that_one_stored(
    app: Flask, connection: Connection, session: Session, draft: KeptDraft
) -> None:
    save(driver_connection(session), draft, "problem", "one")
    with waiting(app, lambda beside: save(driver_connection(beside), draft, "outcome", "two")):
        session.commit()
    assert read_again(connection, draft.id).answers == {"problem": "one", "success": "two"}


def test_a_save_that_changes_nothing_writes_nothing(
    connection: Connection, draft: KeptDraft
) -> None:
    def last_written_by() -> object:
        return connection.execute("SELECT xmin FROM drafts WHERE id = %s", [draft.id]).fetchone()

    once, writer = save(connection, draft, "problem", "one"), last_written_by()
    assert save(connection, once, "problem", "one") == once
    assert last_written_by() == writer


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(list(FIELDS)), st.booleans()), max_size=12))
def test_pages_of_different_steps_never_lose_a_text_to_each_other(
    connection: Connection, session: Session, turns: list[tuple[str, bool]]
) -> None:
    """At each turn one page reads the draft, as when it is opened, or saves what it has read."""
    begun = start_draft(session, current_questionnaire())
    session.commit()
    read = dict.fromkeys(FIELDS, read_again(connection, begun.id))
    typed: dict[str, str] = {}
    for turn, (key, saves) in enumerate(turns):
        if saves:
            seen = f"save{typed[key]}" if key in typed else NO_SAVE
            typed[key] = f"{turn}"
            read[key] = save(connection, read[key], key, typed[key], seen=seen)
        else:
            read[key] = read_again(connection, begun.id)
    kept = read_again(connection, begun.id)
    assert kept.answers == {FIELDS[key]: text for key, text in typed.items()}
