"""Whatever is posted to a step: no crash, nothing lost, and each error at its field."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask import session as browser_session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.drafts.pages import posted_form
from app.applications.drafts.sent_step import read_accepted, read_step
from app.applications.models import Draft
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Question, Step
from app.web.security import MAX_BODY_BYTES
from config import ROOT
from tests.form_page import TEXTS, Fields, FormPage, as_received, on_the_wire
from tests.integration.applications.prospect import Prospect
from tests.limits import reset_limits

STEPS = load_questionnaire(ROOT / "content/questions.toml").steps
FORM = "application/x-www-form-urlencoded"
FILE = (
    b'--x\r\nContent-Disposition: form-data; name="NAME"; filename="notes.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nAda\r\n--x--\r\n"
)
HIDDEN = ("csrf_token", "seen_saves", "save_id", "draft_version")
QUICKLY = settings(
    max_examples=10,
    derandomize=True,
    database=None,
)


def posts(step: Step) -> st.SearchStrategy[Fields]:
    """Any of its fields, or others, any number of times each; now and then a forged hidden one."""
    answers = st.one_of([st.tuples(st.just(q.key), values(q)) for q in step.questions])
    hidden = st.tuples(st.sampled_from([*HIDDEN, "overwrites", "go_to", "status"]), TEXTS)
    return st.tuples(st.lists(answers, max_size=8), st.lists(hidden, max_size=1)).map(
        lambda drawn: [*drawn[0], *drawn[1]]
    )


def values(question: Question) -> st.SearchStrategy[str]:
    options = [option.value for option in question.options]
    return st.one_of(st.sampled_from(options), TEXTS) if options else TEXTS


def post(client: FlaskClient, page: FormPage, address: str, fields: Fields) -> TestResponse:
    """Send the fields as they are, and the page's hidden fields that are not among them."""
    reset_limits()
    given = {name for name, _ in fields}
    own = [(n, page.values[n][0]) for n in HIDDEN if n in page.values and n not in given]
    return client.post(address, data=on_the_wire([*own, *fields]), content_type=FORM)


def stored(session: Session) -> dict[str, Any]:
    session.rollback()
    return dict(session.scalars(select(Draft)).one().answers)


def texts_in(fields: Fields, step: Step, page: FormPage) -> dict[str, str]:
    """What was typed into the step's text fields; of several values for one field, the first."""
    keys = {q.key for q in step.questions if not q.options} & page.names
    return {name: as_received(value) for name, value in reversed(fields) if name in keys}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_any_post_is_read_the_same_with_and_without_building_a_form(app: Flask, step: Step) -> None:
    with app.test_request_context():
        token, secret = generate_csrf(), browser_session["csrf_token"]

    @QUICKLY
    @given(fields=posts(step), sent_token=st.sampled_from([token, token, "forged", ""]))
    def read_one(fields: Fields, sent_token: str) -> None:
        sent = on_the_wire([*fields, ("csrf_token", sent_token)])
        assume(len(sent) <= MAX_BODY_BYTES)
        with app.test_request_context(method="POST", data=sent, content_type=FORM):
            browser_session["csrf_token"] = secret
            form = posted_form(step.key, None)
            accepted = form.sent if form.validate() else None
            assert read_step(step).answers == form.sent.answers
            assert read_accepted(step) == accepted

    read_one()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_whatever_is_posted_to_a_step_is_shown_again_or_kept(
    prospect: Prospect, session: Session, step: Step
) -> None:
    prospect.fill_in()

    @QUICKLY
    @given(fields=posts(step))
    def post_one(fields: Fields) -> None:
        before = stored(session)
        answer = post(
            prospect.client, FormPage(prospect.see(step.key)), f"/apply/{step.key}", fields
        )
        assert answer.status_code in {303, 400, 404, 409, 413, 422}
        after = stored(session)
        assert others(after, step) == others(before, step)
        if answer.status_code in {400, 409, 413}:
            assert after == before
        if answer.status_code in {400, 409, 422}:
            page = FormPage(answer.text)
            for name, typed in texts_in(fields, step, page).items():
                assert page.text_of(name) == typed
            assert answer.status_code != 422 or page.has_each_error_at_its_field()
        if answer.status_code == 303:
            page = FormPage(prospect.see(step.key))
            for name, typed in texts_in(fields, step, page).items():
                assert page.text_of(name) == kept(typed)

    post_one()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_whatever_autosave_accepts_is_on_the_page_when_it_is_next_opened(
    prospect: Prospect, session: Session, step: Step
) -> None:
    prospect.fill_in()

    @QUICKLY
    @given(fields=posts(step))
    def post_one(fields: Fields) -> None:
        before = stored(session)
        address = f"/apply/{step.key}/autosave"
        answer = post(prospect.client, FormPage(prospect.see(step.key)), address, fields)
        assert answer.status_code in {200, 400, 409, 413}
        after = stored(session)
        assert others(after, step) == others(before, step)
        if answer.status_code == 200:
            page = FormPage(prospect.see(step.key))
            for name, typed in texts_in(fields, step, page).items():
                assert page.text_of(name) == kept(typed)
        else:
            assert after == before

    post_one()


def kept(typed: str) -> str:
    """What can be stored of it; a browser shows no white space at the ends as there was."""
    return typed.replace("\x00", "").strip()


def others(answers: dict[str, Any], step: Step) -> dict[str, Any]:
    """The answers on other pages."""
    own = {question.key for question in step.questions}
    return {key: value for key, value in answers.items() if key not in own}


def test_whatever_the_last_page_sends_becomes_an_application_or_stays_on_the_page(
    new_prospect: Callable[[], Prospect], session: Session
) -> None:
    step = STEPS[-1]

    @QUICKLY
    @given(fields=posts(step))
    def post_one(fields: Fields) -> None:
        reset_limits()
        prospect = new_prospect()
        prospect.fill_in()
        answer = post(prospect.client, FormPage(prospect.see(step.key)), "/apply/submit", fields)
        assert answer.status_code in {303, 400, 404, 409, 413, 422}
        if answer.status_code in {400, 409, 422}:
            page = FormPage(answer.text)
            for name, typed in texts_in(fields, step, page).items():
                assert page.text_of(name) == typed
            assert answer.status_code != 422 or page.has_each_error_at_its_field()

    post_one()


@pytest.mark.parametrize("step", [STEPS[0], STEPS[-1]], ids=lambda step: step.key)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"name": ["Ada"]}', "application/json"),
        (b'{"name": 1, "problem": 1}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"x"', "application/json"),
        (FILE.replace(b"NAME", b"name"), "multipart/form-data; boundary=x"),
        (FILE.replace(b"NAME", b"problem"), "multipart/form-data; boundary=x"),
        (FILE.replace(b"NAME", b"csrf_token"), "multipart/form-data; boundary=x"),
        (b"\xff\xfe\x00", FORM),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"&".join([b"name=a"] * 5_000), FORM),
        (b"", ""),
    ],
)
def test_a_body_that_is_not_a_form_changes_nothing(
    prospect: Prospect, session: Session, step: Step, body: bytes, kind: str
) -> None:
    prospect.fill_in("you")
    before = stored(session)
    for address in (f"/apply/{step.key}", f"/apply/{step.key}/autosave"):
        answer = prospect.client.post(address, data=body, content_type=kind)
        assert answer.status_code in {400, 413}
        assert stored(session) == before
