"""A page still open for one draft while its browser now holds another, perhaps somebody else's:
nothing typed or pressed there goes into either draft unseen."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.resume_link import address_of
from app.applications.drafts.service import save_step
from app.applications.models import Application, Draft
from app.attachments.models import Attachment
from app.platform.database import db
from tests.integration.applications.prospect import Prospect, hidden
from tests.integration.applications.test_autosave import Typist, outcome

NewProspect = Callable[[], Prospect]
THEIRS = "Somebody else"


@pytest.fixture
def theirs(new_prospect: NewProspect, session: Session) -> Draft:
    """Another person's draft, with only the first step filled in."""
    other = new_prospect()
    other.press("you", name=THEIRS)
    return draft_of(session, THEIRS)


def draft_of(session: Session, name: str) -> Draft:
    session.rollback()
    return session.scalars(select(Draft).where(Draft.answers["name"].astext == name)).one()


def press_beside(prospect: Prospect, address: str, page: str, **fields: object) -> TestResponse:
    """Press a button on a page that was opened earlier, and follow where it leads."""
    token = hidden(prospect.client.get("/apply").text, "csrf_token")
    data = {"csrf_token": token, "of_draft": hidden(page, "of_draft"), **fields}
    return prospect.client.post(address, data=data, follow_redirects=True)


def test_an_old_pages_autosave_never_goes_into_another_draft(
    prospect: Prospect, theirs: Draft, session: Session
) -> None:
    prospect.fill_in("you")
    typist = Typist(prospect, "problem")
    prospect.go_on_with(theirs)
    answer = typist.save(problem="What only I may read")
    assert outcome(answer) == "409 conflict"
    assert "a different form open" in answer.text
    assert "problem" not in draft_of(session, THEIRS).answers


def test_text_sent_from_an_old_page_stays_on_it_until_the_writer_chooses(
    prospect: Prospect, theirs: Draft, session: Session
) -> None:
    prospect.fill_in("you")
    page = prospect.see("problem")
    prospect.go_on_with(theirs)
    refused = prospect.press("problem", seen=page, problem="What only I may read")
    assert refused.status_code == 409
    assert "What only I may read" in refused.text
    again = prospect.press("problem", seen=refused.text, problem="What only I may read")
    assert again.status_code == 409
    assert "problem" not in draft_of(session, THEIRS).answers
    way = hidden(again.text, "overwrites")
    prospect.press("problem", "overwrites", way, seen=again.text, problem="Meant for both")
    assert draft_of(session, THEIRS).answers["problem"] == "Meant for both"


def test_a_review_left_open_never_sends_another_draft(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    prospect.fill_in()
    page = prospect.see("review")
    other = new_prospect()
    other.answers["name"] = THEIRS
    other.fill_in()
    prospect.go_on_with(draft_of(session, THEIRS))
    assert prospect.send(seen=page).status_code == 409
    assert session.scalars(select(Application)).all() == []


def test_a_delete_page_left_open_never_deletes_another_draft(
    prospect: Prospect, theirs: Draft, session: Session
) -> None:
    prospect.fill_in("you")
    page = prospect.client.get("/apply/delete").text
    prospect.go_on_with(theirs)
    assert "Nothing was deleted" in press_beside(prospect, "/apply/delete", page).text
    assert draft_of(session, THEIRS)


def test_an_attachments_page_left_open_changes_no_other_draft(
    prospect: Prospect, theirs: Draft, session: Session
) -> None:
    prospect.fill_in("you")
    page = prospect.client.get("/apply/attachments").text
    prospect.go_on_with(theirs)
    file = (io.BytesIO(b"%PDF-1.7\n%%EOF\n"), "mine.pdf")
    answer = press_beside(prospect, "/apply/attachments", page, file=file)
    assert "Nothing was changed" in answer.text
    assert session.scalars(select(Attachment)).all() == []


def test_an_old_pages_autosave_starts_no_new_form_after_a_deletion(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    typist = Typist(prospect, "problem")
    press_beside(prospect, "/apply/delete", prospect.client.get("/apply/delete").text)
    answer = typist.save(problem="Deleted, I thought")
    assert outcome(answer) == "409 conflict"
    assert "a different form open" not in answer.text
    assert session.scalars(select(Draft)).all() == []


def test_with_no_form_open_an_old_pages_text_starts_one_only_if_the_writer_chooses(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    page = prospect.see("problem")
    press_beside(prospect, "/apply/delete", prospect.client.get("/apply/delete").text)
    refused = prospect.press("problem", seen=page, problem="Worth keeping")
    assert refused.status_code == 409
    assert "This page’s form is no longer open here" in refused.text
    assert "Start a new form with these answers" in refused.text
    assert "a different form open" not in refused.text
    prospect.press("problem", "overwrites", hidden(refused.text, "overwrites"), seen=refused.text)
    [begun] = session.scalars(select(Draft)).all()
    assert "problem" in begun.answers and "name" not in begun.answers


def test_a_browser_that_has_lost_its_cookie_is_not_told_that_nothing_is_lost(
    prospect: Prospect,
) -> None:
    prospect.fill_in()
    typed = prospect.filled_in_review(anything_else="Typed here")
    prospect.client.delete_cookie("session")
    refused = prospect.client.post("/apply/submit", data=typed)
    assert refused.status_code == 409
    assert "This page’s form is no longer open here" in refused.text
    assert "Nothing is lost" not in refused.text
    assert "Typed here" in refused.text


def test_a_page_opened_before_there_was_a_draft_saves_into_the_one_it_started(
    prospect: Prospect, session: Session
) -> None:
    page = prospect.see("you")
    assert hidden(page, "of_draft") == ""
    assert prospect.press("you", seen=page).status_code == 303
    assert prospect.press("you", seen=page).status_code == 303
    assert len(session.scalars(select(Draft)).all()) == 1


def test_deleting_a_draft_during_a_save_does_not_crash(
    prospect: Prospect, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect.fill_in("you")
    typist = Typist(prospect, "problem")

    def deleted_first(connection: Connection, draft_id: UUID, **options: Any) -> str:
        with db.engine.begin() as another_request:
            another_request.execute(delete(Draft))
        return save_step(connection, draft_id, **options)

    monkeypatch.setattr("app.applications.drafts.keeping.save_step", deleted_first)
    assert outcome(typist.save(problem="Typed meanwhile")) == "409 conflict"


def test_an_erased_application_leaves_no_form_behind(prospect: Prospect, session: Session) -> None:
    prospect.fill_in()
    own_page = str(prospect.send().location)
    erase = prospect.client.get(f"{own_page}/erase").text
    token = hidden(erase, "csrf_token")
    erased = prospect.client.post(f"{own_page}/erase", data={"csrf_token": token, "sure": "yes"})
    assert erased.headers["Clear-Site-Data"] == '"cache", "storage"'
    step = prospect.client.get("/apply/you")
    assert step.status_code == 200
    assert "has been sent" not in step.text


def test_requesting_a_link_while_the_draft_is_deleted_does_not_crash(
    prospect: Prospect, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect.fill_in("you")

    def deleted_first(draft: KeptDraft) -> str:
        with db.engine.begin() as another_request:
            another_request.execute(delete(Draft))
        return address_of(draft)

    monkeypatch.setattr("app.applications.drafts.resume_link_views.address_of", deleted_first)
    token = hidden(prospect.client.get("/apply").text, "csrf_token")
    answer = prospect.client.post("/apply/link", data={"csrf_token": token})
    assert answer.location == "/apply"
