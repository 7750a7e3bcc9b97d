"""What anybody may post never crashes the site, whatever the shape of its body."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.applications.questions.file import load_questionnaire
from app.web.site_form import SiteForm
from config import ROOT
from tests.demo_applications import STRONG
from tests.integration.applications.prospect import hidden
from tests.limits import reset_limits
from tests.submitted import submit_answers

STEPS = load_questionnaire(ROOT / "content/questions.toml").steps
# For the forms that are the same for every firm.
FIELDS = (
    *("csrf_token", "of_draft", "seen_saves", "save_id", "overwrites", "draft_version", "subject"),
    *("email", "password", "reference", "message", "name", "text", "form_id", "file"),
    *("place-choice", "subscriber"),
)
NAMES = (*FIELDS, *(question.key for step in STEPS for question in step.questions))
BODIES: dict[str, Any] = {
    "an object of numbers": dict.fromkeys(NAMES, 1),
    "an object of objects": {name: {"a": None} for name in NAMES},
    "an object of lists": {name: [1, None] for name in NAMES},
    "a list": [1, 2],
    "a text": "x",
    "a number": 7,
    "nothing": None,
}


@pytest.fixture
def token(client: FlaskClient) -> str:
    """The CSRF token of a browser that has begun a form."""
    token = hidden(client.get("/apply").text, "csrf_token")
    client.post("/apply/you", data={"csrf_token": token, "name": "Ada"})
    return token


@pytest.fixture
def addresses(app: Flask, session: Session) -> list[str]:
    """Each address that accepts a POST from a stranger or from anybody who has a page's link."""
    application = submit_answers(session, STRONG)
    session.commit()
    return [
        address
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (rule.endpoint == "accounts.try_login" or not rule.rule.startswith("/staff/"))
        for address in addresses_of(app, rule, application.access_token)
    ]


def addresses_of(app: Flask, rule: Rule, access_token: str) -> Iterator[str]:
    """The rule's address with values that exist; for the form, the address of each page."""
    values = {"token": access_token, "lab": "retail", "action": "place", "what": "stop"}
    keys = [step.key for step in STEPS] if "key" in rule.arguments else [""]
    for key in keys:
        given = {"attachment_id": "0" * 32, **values, "key": key}
        needed = {name: given[name] for name in rule.arguments}
        yield app.url_map.bind("localhost").build(rule.endpoint, needed, method="POST")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_json_in_place_of_a_form_never_crashes_the_site(
    client: FlaskClient, token: str, addresses: list[str], body: Any
) -> None:
    for address in addresses:
        reset_limits()
        answer = client.post(
            address,
            data=json.dumps(body),
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
        assert answer.status_code < 500, address


def test_a_file_in_place_of_a_text_never_crashes_the_site(
    client: FlaskClient, token: str, addresses: list[str]
) -> None:
    for address in addresses:
        for besides in ({}, {"csrf_token": token}):
            reset_limits()
            files = {name: (BytesIO(b"x"), "notes.txt") for name in NAMES if name not in besides}
            answer = client.post(
                address,
                data={**files, **besides},
                content_type="multipart/form-data",
                headers={"X-CSRFToken": token},
            )
            assert answer.status_code < 500, address


def test_every_form_reads_form_fields_and_nothing_else() -> None:
    own = [form for form in FlaskForm.__subclasses__() if form.__module__.startswith("app.")]
    assert own == [SiteForm]
