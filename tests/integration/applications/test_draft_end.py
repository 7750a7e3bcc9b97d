"""What becomes of a draft that is never sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.applications.drafts.end import delete_old_drafts, remind_of_drafts
from app.applications.drafts.tasks import end_drafts
from app.applications.events import DraftDiscarded, DraftExpiring
from app.applications.models import Application, Draft
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage
from tests.integration.applications.prospect import Prospect

Handle = Callable[[], None]
DAYS, DAYS_BEFORE = 30, 7
LAST_TOUCHED = text("""
UPDATE drafts SET started_at = past.ago, saved_at = past.ago
FROM (SELECT now() - make_interval(days => :days) AS ago) AS past
""")
REMINDED = text("UPDATE drafts SET reminded_at = now() - make_interval(days => :days)")


def let_pass(session: Session, days: int, *, reminded: int | None = None) -> None:
    session.execute(LAST_TOUCHED, {"days": days})
    if reminded is not None:
        session.execute(REMINDED, {"days": reminded})
    session.commit()


def remind(session: Session) -> int:
    return remind_of_drafts(session, days=DAYS, days_before=DAYS_BEFORE)


def delete_old(session: Session) -> int:
    return delete_old_drafts(session, days=DAYS, days_before=DAYS_BEFORE)


def the_draft(session: Session) -> Draft:
    session.rollback()
    return session.scalars(select(Draft)).one()


def mails(session: Session) -> list[MailMessage]:
    session.rollback()
    return list(session.scalars(select(MailMessage)))


def test_a_prospect_who_gave_an_address_is_reminded_once_seven_days_before_deletion(
    prospect: Prospect, session: Session, handle_events: Handle
) -> None:
    prospect.fill_in("you")
    let_pass(session, DAYS - DAYS_BEFORE - 1)
    assert remind(session) == 0
    let_pass(session, DAYS - DAYS_BEFORE + 1)
    assert [remind(session), remind(session)] == [1, 0]
    handle_events()
    (mail,) = mails(session)
    assert (mail.template, mail.recipient) == ("draft_expiring", prospect.answers["email"])
    assert f"/apply/resume/{the_draft(session).resume_token}" in mail.text


def test_two_prospects_reminded_in_one_run_do_not_share_a_trace(
    prospect: Prospect, session: Session
) -> None:
    for _ in range(2):
        prospect.fill_in("you")
        prospect.client.delete_cookie("session")
    let_pass(session, DAYS - DAYS_BEFORE + 1)
    assert remind(session) == 2
    ids = session.scalars(select(Draft.id)).all()
    traces = {
        recorded.metadata.correlation_id
        for draft_id in ids
        for recorded in read_stream(session, stream_of("draft", draft_id))
    }
    assert len(traces) == 2


@pytest.mark.parametrize("days_ago", [DAYS - DAYS_BEFORE + 1, DAYS + 60])
def test_a_reminder_names_the_day_of_deletion_however_late_it_is(
    prospect: Prospect, session: Session, days_ago: int
) -> None:
    prospect.fill_in("you")
    let_pass(session, days_ago)
    today = session.scalars(select(func.current_date())).one()
    remind(session)
    (expiring,) = read_stream(session, stream_of("draft", the_draft(session).id))
    assert expiring.data.ends_on == str(today + timedelta(days=DAYS_BEFORE))


def test_a_prospect_who_continues_a_draft_gets_the_full_time_again(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    let_pass(session, DAYS - 1)
    remind(session)
    prospect.fill_in("system")
    assert the_draft(session).reminded_at is None
    assert (remind(session), delete_old(session)) == (0, 0)


def test_an_old_draft_is_deleted_along_with_its_personal_data_in_the_log_and_the_mails(
    prospect: Prospect, session: Session, handle_events: Handle
) -> None:
    prospect.fill_in("you")
    let_pass(session, DAYS - 1)
    remind(session)
    handle_events()
    stream = stream_of("draft", the_draft(session).id)
    let_pass(session, DAYS + 1, reminded=DAYS_BEFORE + 1)
    assert delete_old(session) == 1
    handle_events()
    assert session.scalars(select(Draft)).all() == []
    expiring, discarded = read_stream(session, stream)
    assert isinstance(expiring.data, DraftExpiring) and expiring.data.email == ""
    assert discarded.data == DraftDiscarded(because="expired")
    assert all(mail.recipient == "" and mail.text == "" for mail in mails(session))


def test_a_draft_with_an_address_is_never_deleted_without_a_reminder(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    let_pass(session, DAYS + 60)
    assert delete_old(session) == 0
    remind(session)
    assert delete_old(session) == 0
    let_pass(session, DAYS + 67, reminded=DAYS_BEFORE + 1)
    assert delete_old(session) == 1


def test_a_draft_without_an_address_is_deleted_when_its_time_is_up(
    prospect: Prospect, session: Session
) -> None:
    prospect.press("you", email="not an address")
    let_pass(session, DAYS + 1)
    assert (remind(session), delete_old(session)) == (0, 1)


def test_a_sent_draft_is_neither_reminded_of_nor_deleted(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    prospect.send()
    let_pass(session, 10 * DAYS)
    assert (remind(session), delete_old(session)) == (0, 0)
    assert session.scalars(select(Application)).one()


def test_the_scheduled_task_reminds_and_deletes_as_the_settings_say(
    app: Flask, prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    let_pass(session, app.config["SITE"].DRAFT_DAYS - 1)
    end_drafts()
    assert the_draft(session).reminded_at


def test_a_prospect_deletes_what_they_entered(prospect: Prospect, session: Session) -> None:
    prospect.fill_in("you", "system")
    resume = f"/apply/resume/{the_draft(session).resume_token}"
    page = prospect.client.get("/apply").text
    assert 'href="/apply/delete"' in page
    answer = prospect.press("delete")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "What you entered is deleted." in prospect.client.get(answer.location).text
    session.rollback()
    assert session.scalars(select(Draft)).all() == []
    assert prospect.client.get(resume).status_code == 404
    assert 'value=""' in prospect.see("you")


def test_without_a_draft_there_is_nothing_to_delete(prospect: Prospect) -> None:
    assert prospect.client.get("/apply/delete").location == "/apply"
    assert prospect.press("delete").location == "/apply"


def test_deleting_a_draft_that_has_since_been_sent_says_that_it_was_sent(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    asked = prospect.client.get("/apply/delete").text
    own_page = prospect.send().location
    for answer in (prospect.press("delete", seen=asked), prospect.client.get("/apply/delete")):
        assert "Clear-Site-Data" not in answer.headers
        told = prospect.client.get(str(answer.location))
        assert "This application has been sent" in told.text and f'href="{own_page}"' in told.text
    assert len(session.scalars(select(Application)).all()) == 1
