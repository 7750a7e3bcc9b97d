"""Whatever is posted to a prospect's own page: no crash, no text lost, each error at its field."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import ApplicationAccepted, MoreRequested
from app.applications.models import Application
from app.applications.service import Verdict, decide_application
from app.events.store import read_stream
from app.events.types import stream_of
from tests.form_page import TEXTS, Fields, FormPage, as_received, on_the_wire, token_in
from tests.integration.portal.conftest import VERSION
from tests.limits import reset_limits
from tests.submitted import submit_answers

FIELDS = {
    "reply": ("message",),
    "agreement": ("name",),
    "withdraw": ("message",),
    "lost-link": ("email",),
}
# The verdict that it takes before there is such a form.
VERDICTS: dict[str, Verdict] = {
    "reply": MoreRequested(message="How many queues?"),
    "agreement": ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000),
}


def posts(names: tuple[str, ...]) -> st.SearchStrategy[Fields]:
    """Any of these fields any number of times; now and then one that nobody asked for."""
    one = st.tuples(st.sampled_from([*names, *names, "status", "csrf_token"]), TEXTS)
    return st.lists(one, max_size=4)


def application_for(
    action: str, answers: dict[str, Any], session: Session, handle_events: Callable[[], None]
) -> Application:
    """A new application whose page has the form for that action."""
    application = submit_answers(session, answers)
    session.commit()
    if action in VERDICTS:
        handle_events()
        verdict = VERDICTS[action]
        decide_application(session, application.id, verdict, seen_version=1, actor="staff:ada")
        session.commit()
        handle_events()
    return application


def events_of(session: Session, application: Application) -> list[str]:
    session.rollback()
    return [e.type for e in read_stream(session, stream_of("application", application.id))]


def check_shown_again(answer: TestResponse, fields: Fields, names: tuple[str, ...]) -> None:
    """Check that the page's fields hold what was typed, and that each error is at its field."""
    page = FormPage(answer.text)
    typed = dict(reversed([one for one in fields if one[0] in names]))
    assert {name: page.text_of(name) for name in typed} == {
        name: as_received(text) for name, text in typed.items()
    }
    assert answer.status_code != 422 or page.has_each_error_at_its_field()


@pytest.mark.parametrize("action", FIELDS)
def test_whatever_is_posted_is_taken_or_shown_again(
    client: FlaskClient,
    demo_answers: dict[str, Any],
    session: Session,
    handle_events: Callable[[], None],
    action: str,
) -> None:
    token = token_in(client.get("/apply").text)

    @settings(
        max_examples=10,
        derandomize=True,
        database=None,
    )
    @given(fields=posts(FIELDS[action]))
    def post_one(fields: Fields) -> None:
        reset_limits()
        application = application_for(action, demo_answers, session, handle_events)
        before = events_of(session, application)
        own_page = f"/applications/{application.access_token}"
        shown = VERSION.search(client.get(own_page).text)
        hidden = [("csrf_token", token), ("version", shown[1] if shown else "")]
        answer = client.post(
            "/lost-link" if action == "lost-link" else f"{own_page}/{action}",
            data=on_the_wire([*fields, *hidden]),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code in {200, 303, 400, 413, 422}
        after = events_of(session, application)
        is_taken = answer.status_code in {200, 303}
        assert (after[: len(before)] if is_taken else after) == before
        if answer.status_code in {400, 422}:
            check_shown_again(answer, fields, FIELDS[action])

    post_one()
