"""What prospects download and erase by themselves."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.applications.drafts.resume_link import request_resume_link
from app.applications.models import Application, Draft
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import stream_of
from tests.integration.portal.conftest import Send
from tests.submitted import submit_answers

Handle = Callable[[], None]
IN_WORDS = {"en": "CTO or head of engineering", "de": "CTO oder Leitung der Entwicklung"}
FILE = f"/attachments/{uuid.uuid4()}"
PAGES = ("", "/progress", "/deposit", "/withdraw", "/erase", "/trail.json", "/export.json", FILE)


def erasures(session: Session, application: Application) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("application", application.id))
    return [e.metadata.actor for e in events if e.type == "application.erased"]


def test_a_copy_contains_what_was_sent_and_every_mail_to_the_prospect(
    client: FlaskClient, path: str, application: Application, asked: str
) -> None:
    answer = client.get(f"{path}/export.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    copy = json.loads(answer.data)
    assert copy["answers"] == application.answers and copy["email"] == application.email
    assert {mail["to"] for mail in copy["mail"]} == {application.email}
    assert any(event["data"].get("message") == asked for event in copy["events"])


@pytest.mark.parametrize("language", IN_WORDS)
def test_a_copy_has_the_answers_in_the_words_of_the_form_too(
    client: FlaskClient, session: Session, demo_answers: dict[str, Any], language: str
) -> None:
    application = submit_answers(session, demo_answers, language=language)
    session.commit()
    answer = client.get(f"/applications/{application.access_token}/export.json")
    assert f'filename="data-{application.reference}.json"' in answer.headers["Content-Disposition"]
    copy = json.loads(answer.data)
    assert [row["answer"] for row in copy["answers_in_words"]][:4] == [
        *(application.name, application.email, IN_WORDS[language], application.company)
    ]
    assert len(copy["answers_in_words"]) == len(application.answers)
    assert copy["sent_at"] == application.submitted_at.isoformat().replace("+00:00", "Z")


def test_a_copy_gives_neither_score_nor_staff_away_and_says_what_it_leaves_out(
    client: FlaskClient, path: str, asked: str
) -> None:
    text = client.get(f"{path}/export.json").text
    for word in ("application.scored", "engagement.proposed", "of 100", "staff:", "rubric"):
        assert word not in text
    assert "How we judged the application" in json.loads(text)["left_out"]


def test_a_copy_contains_no_working_link_to_the_draft(
    client: FlaskClient,
    path: str,
    session: Session,
    application: Application,
    handle_events: Handle,
) -> None:
    draft = session.get_one(Draft, application.draft_id)
    request_resume_link(session, draft)
    session.commit()
    handle_events()
    text = client.get(f"{path}/export.json").text
    assert "draft.link_requested" in text and "/apply/resume/" in text
    assert draft.resume_token not in text


def test_the_erasure_page_says_what_goes_and_what_stays_and_opening_it_changes_nothing(
    client: FlaskClient, path: str, session: Session, application: Application
) -> None:
    page = client.get(f"{path}/erase").text
    goes, stays = page.split("What is erased")[1].split("What stays")
    assert f'<span class="unbroken">{application.reference}</span>, when' in stays
    assert "The key that opens" in goes and "backup" not in goes
    assert application.reference in stays and "What backups hold" in stays
    assert "with a sentence of ours on each" in stays  # as the score's reasons are in the log
    assert erasures(session, application) == []


def test_prospects_erase_their_data_once_and_the_link_says_so_from_then_on(
    client: FlaskClient, path: str, send: Send, session: Session, application: Application
) -> None:
    assert send("erase").location == path
    assert send("erase").status_code == 410
    assert erasures(session, application) == ["prospect"]
    session.refresh(application)
    assert (application.name, application.email, application.answers) == ("", "", {})
    for page in PAGES:
        gone = client.get(f"{path}{page}")
        assert gone.status_code == 410, page
        assert "This application has been erased" in gone.text
        assert application.reference not in gone.text


def test_an_erasure_closes_the_proposal_that_nobody_can_agree_to_any_more(
    send: Send, session: Session, offered: None, application: Application, handle_events: Handle
) -> None:
    send("erase")
    handle_events()
    session.rollback()
    engagement = engagement_of(session, application.id)
    assert engagement and engagement.status == "closed"


def test_nothing_is_erased_without_the_pages_own_token(
    send: Send, session: Session, application: Application
) -> None:
    answer = send("erase", csrf_token="old")
    assert answer.status_code == 400 and "open for too long" in answer.text
    assert erasures(session, application) == []


def test_under_a_contract_nothing_is_erased_and_the_page_says_why(
    client: FlaskClient,
    path: str,
    offered: None,
    send: Send,
    session: Session,
    application: Application,
) -> None:
    send("agreement", name="Marguerite Okonkwo")
    page = client.get(f"{path}/erase").text
    assert "there is a contract" in page and "<form" not in page
    assert send("erase").status_code == 409
    assert erasures(session, application) == []


@pytest.mark.parametrize("action", ["withdraw", "erase"])
def test_an_unknown_link_withdraws_and_erases_nothing(client: FlaskClient, action: str) -> None:
    assert client.post(f"/applications/nothing/{action}", data={}).status_code == 404
