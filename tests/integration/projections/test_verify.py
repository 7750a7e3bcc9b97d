"""Whatever is done, the rows agree with their streams, and tampering is named."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import AlreadyErased
from app.applications.service import AlreadyDecided, NothingAsked, NotOpen
from app.engagements.service import NotOnOffer
from app.events.integrity.person_keys import PersonErased
from app.events.models import StoredEvent
from app.operations.story import find_event
from app.payments.deposits import AlreadyPaid, NotDue
from app.review.taking import NothingToTake
from tests.integration.projections.conftest import Differences, NothingProposed, Office

DEEDS = (
    *("ask", "answer", "accept", "accept_dearly", "decline", "withdraw", "agree", "pay"),
    *("write", "write_back", "note", "take", "put_back", "change_offer", "take_back"),
)
ALL = (*DEEDS, "fall_due", "handle")
REFUSALS = (
    *(AlreadyDecided, NothingAsked, NotOpen, AlreadyErased, PersonErased),
    *(NotOnOffer, NotDue, AlreadyPaid, NothingProposed, NothingToTake),
)
Tamper = Callable[..., None]


def do(office: Office, deed: str, application_id: UUID) -> None:
    """Do it, if it is allowed at the moment."""
    if deed == "handle":
        office.handle()
        return
    try:
        getattr(office, deed)(application_id)
    except REFUSALS:
        office.session.rollback()


@settings(max_examples=8)
@given(deeds=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ALL)), min_size=5, max_size=30))
def test_whatever_is_done_every_row_agrees_with_the_log(
    office: Office, verify: Differences, deeds: list[tuple[int, str]]
) -> None:
    applications = [office.submit() for _ in range(3)]
    for which, deed in deeds:
        do(office, deed, applications[which])
    assert verify() == []  # with deliveries still outstanding
    office.handle()
    assert verify() == []


def test_an_application_that_went_the_whole_way_agrees_with_the_log(
    finished: UUID, office: Office, verify: Differences
) -> None:
    assert office.engagement(finished).status == "active"
    assert verify() == []


APPLICATION = "UPDATE applications SET {} WHERE id = %(id)s"
ENGAGEMENT = "UPDATE engagements SET {} WHERE application_id = %(id)s"
SCORE = "UPDATE scores SET {} WHERE application_id = %(id)s"
QUEUE = "UPDATE queue_rows SET {} WHERE application_id = %(id)s"
# They stand beside one another, in the rows of one application.
ALTERATIONS = [
    (APPLICATION.format("status = 'declined'"), 'status is "declined", the log says "accepted"'),
    (APPLICATION.format("version = 9"), "version is 9, the log says 4"),
    (APPLICATION.format("decided_at = decided_at + interval '1 microsecond'"), "decided_at is"),
    (APPLICATION.format("submitted_at = now()"), "submitted_at is"),
    (APPLICATION.format("answers = answers - 'problem'"), "answers differs from what the log says"),
    (APPLICATION.format("email = 'eve@evil.example'"), "email differs from what the log says"),
    (ENGAGEMENT.format("total_cents = 1250051"), "total_cents is 1250051, the log says 1250050"),
    (ENGAGEMENT.format("kind = 'build'"), 'kind is "build", the log says "sprint"'),
    (ENGAGEMENT.format("status = 'accepted'"), 'status is "accepted", the log says "active"'),
    (ENGAGEMENT.format("quote = quote - 'lines'"), "quote is"),
    (ENGAGEMENT.format("accepted_name = 'Eve'"), "accepted_name differs from what the log says"),
    (SCORE.format("total = 0"), "total is 0, the log says"),
    (SCORE.format("""result = result || '{"missing": ["more"]}'"""), "result is"),
    (QUEUE.format("rank = 7"), "rank is 7, the log says"),
    (QUEUE.format("search_text = 'x'"), "search_text differs from what the log says"),
    ("UPDATE queue_figures SET amount = 7 WHERE name = 'status'", "amount is 7, the log says 1"),
    ("INSERT INTO queue_figures VALUES ('band', 'none', 1)", "amount is 1, the log says 0"),
]
DELETIONS = [
    ("DELETE FROM engagements WHERE application_id = %(id)s", "is missing, though its stream"),
    ("DELETE FROM scores WHERE application_id = %(id)s", "is missing, though its stream begins it"),
    ("DELETE FROM applications WHERE id = %(id)s", "is missing, though its stream begins it"),
    ("DELETE FROM queue_rows WHERE application_id = %(id)s", "is missing"),
    ("DELETE FROM events WHERE stream = 'application-' || %(id)s", "begins with no event"),
    ("DELETE FROM events WHERE type = 'engagement.proposed'", "begins with no event"),
]


def test_each_altered_column_is_named(finished: UUID, verify: Differences, tamper: Tamper) -> None:
    for statement, _ in ALTERATIONS:
        tamper(statement, id=str(finished))
    found = verify()
    for _, named in ALTERATIONS:
        assert any(named in line for line in found), named


@pytest.mark.parametrize(("statement", "named"), DELETIONS)
def test_each_deleted_row_or_event_is_named(
    finished: UUID, verify: Differences, tamper: Tamper, statement: str, named: str
) -> None:
    tamper(statement, id=str(finished))
    assert any(named in found for found in verify())


def test_no_personal_data_is_printed(finished: UUID, verify: Differences, tamper: Tamper) -> None:
    tamper("UPDATE applications SET email = 'eve@evil.example', name = 'Eve'")
    tamper("UPDATE queue_rows SET name = 'Eve', company = 'Evil'")
    found = verify()
    assert len(found) >= 4
    assert not any("Eve" in line or "evil" in line.lower() for line in found)


def test_old_events_without_the_reasons_contradict_no_row(
    finished: UUID, verify: Differences, tamper: Tamper
) -> None:
    tamper("UPDATE events SET data = data - 'result' - 'quote'")
    assert verify() == []


def test_a_queue_row_may_lag_behind_only_by_events_not_yet_handled(
    finished: UUID, office: Office, verify: Differences, tamper: Tamper
) -> None:
    late = office.submit()
    assert verify() == []
    tamper("UPDATE events SET relayed_at = now() WHERE relayed_at IS NULL")  # without any delivery
    [found] = verify()
    assert f"queue_rows {late}: is missing" in found


def test_the_command_reports_differences_by_its_exit_status(
    app: Flask, finished: UUID, tamper: Tamper, session: Session
) -> None:
    session.rollback()
    clean = app.test_cli_runner().invoke(args=["events", "verify"])
    assert (clean.exit_code, clean.output) == (0, "Every row is as the log says.\n")
    tamper("UPDATE scores SET total = 0")
    found = app.test_cli_runner().invoke(args=["events", "verify"])
    assert found.exit_code == 1
    assert f"scores {finished}: total is 0, the log says" in found.output


def test_an_altered_event_is_named_too(app: Flask, finished: UUID, tamper: Tamper) -> None:
    tamper("UPDATE events SET data = data || '{\"total\": 99}' WHERE type = 'application.scored'")
    found = app.test_cli_runner().invoke(args=["events", "verify"])
    assert found.exit_code == 1
    assert f"(application-{finished}, 2): it was altered" in found.output
    assert "the log says 99" in found.output


def test_an_event_altered_beyond_reading_is_named_and_its_page_says_so(
    app: Flask, finished: UUID, tamper: Tamper, session: Session
) -> None:
    tamper("UPDATE events SET sealed = sealed || 'x' WHERE type = 'application.submitted'")
    found = app.test_cli_runner().invoke(args=["events", "verify"])
    assert found.exit_code == 1
    assert f"(application-{finished}, 1): it was altered" in found.output
    assert "can't be read" in found.output
    altered = session.scalars(select(StoredEvent).filter_by(type="application.submitted")).one()
    story = find_event(session, altered.id)
    assert story and not story.is_intact and story.personal == {}
