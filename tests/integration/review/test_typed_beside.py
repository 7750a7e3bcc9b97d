"""A half-typed message survives the decision's buttons, and a decision those of the message."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.applications.service import decide_application
from tests.form_page import FormPage
from tests.integration.review.conftest import Handle, Press, Submit, confirm

TYPED = {
    "text": "March is fine.",
    "verdict": "accept",
    "kind": "build",
    "price": "70,000",
    "message": "Dear all",
}
WRONG = {"decision": {"verdict": ""}, "messages": {"text": ""}}
BUTTONS = pytest.mark.parametrize("button", ["decision", "messages"])


@pytest.fixture
def page(desk: FlaskClient, submit: Submit, handle_events: Handle) -> TestResponse:
    application = submit()
    handle_events()
    return desk.get(f"/staff/applications/{application.id}")


def held_by(page: TestResponse) -> dict[str, str]:
    """What is typed on the page, in whichever form."""
    values = FormPage(page.text).values
    return {name: values[name][0].strip() for name in TYPED if values.get(name, [""])[0].strip()}


@BUTTONS
def test_a_preview_and_the_way_back_from_it_keep_both_texts(
    page: TestResponse, press: Press, button: str
) -> None:
    preview = press(page, button, **TYPED)
    assert "Send this email?" in preview.text and held_by(preview) == TYPED
    back = press(preview, button, change="yes")
    assert "Send this email?" not in back.text and held_by(back) == TYPED


@BUTTONS
@pytest.mark.parametrize("why", ["wrong", "expired"])
def test_a_refused_form_keeps_both_texts(
    page: TestResponse, press: Press, button: str, why: str
) -> None:
    fault = WRONG[button] if why == "wrong" else {"csrf_token": "old"}
    refused = press(page, button, **TYPED | fault)
    assert refused.status_code in {400, 422}
    assert held_by(refused) == {n: v for n, v in {**TYPED, **fault}.items() if n in TYPED and v}


def test_sending_the_message_keeps_an_unfinished_decision(page: TestResponse, press: Press) -> None:
    preview = press(page, "messages", **TYPED)
    for _ in range(2):  # a second click has the same result
        sent = press(preview, "messages", confirmed=confirm(preview))
        assert sent.status_code == 200
        assert held_by(sent) == {name: TYPED[name] for name in TYPED if name != "text"}
    assert press(sent, "decision").status_code == 200


def test_sending_a_question_keeps_an_unfinished_message(page: TestResponse, press: Press) -> None:
    preview = press(page, "decision", **TYPED | {"verdict": "ask"})
    for _ in range(2):
        sent = press(preview, "decision", confirmed=confirm(preview))
        assert sent.status_code == 200
        assert held_by(sent)["text"] == "March is fine." and "message" not in held_by(sent)
    assert "Send this email?" in press(sent, "messages").text


def test_the_text_of_a_decision_that_came_too_late_survives_writing_a_message(
    session: Session, page: TestResponse, press: Press, grace: Staff
) -> None:
    application = session.query(Application).one()
    decide_application(
        session,
        application.id,
        ApplicationDeclined(message=""),
        seen_version=1,
        actor=f"staff:{grace.id}",
    )
    session.commit()
    late = press(page, "decision", **TYPED)
    assert late.status_code == 409
    back = press(press(late, "messages"), "messages", change="yes")
    assert "Dear all" in back.text and held_by(back)["text"] == "March is fine."


def test_pressing_enter_in_a_decision_field_previews_the_decision(
    page: TestResponse,
) -> None:
    buttons = re.findall(r"<button[^>]*>[^<]*", page.text)
    first = next(button for button in buttons if 'form="answer"' in button)
    assert "formaction" not in first and first.endswith("Preview the email")


@BUTTONS
def test_change_it_returns_to_where_the_text_was_typed(
    page: TestResponse, press: Press, button: str
) -> None:
    place = {"decision": "decide", "messages": "conversation"}[button]
    preview = press(page, button, **TYPED).text
    change = preview[preview.index('name="change"') :].partition(">")[0]
    assert change.endswith(f'/{button}#{place}"')
    assert f'id="{place}"' in page.text
