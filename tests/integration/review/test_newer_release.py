"""Pages of this release after a newer one's workers recorded an event that only they know."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.states import engagement_state
from app.events.rows import NewerEvent
from app.events.store import read_stream
from app.events.types import stream_of
from app.review.queue.models import QueueRow
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import record_from_tomorrow
from tests.integration.review.conftest import Decide, Handle, Submit

DECIDED_IN_A_LATER_VERSION = (
    "UPDATE events SET schema_version = 99 WHERE type = 'application.accepted'"
)
LINE = "Recorded by a newer release of this site"


@pytest.fixture
def application(
    session: Session,
    desk: FlaskClient,
    submit: Submit,
    handle_events: Handle,
    decide_and_send: Decide,
) -> Application:
    """An accepted application with an offer, then an event that this release does not know."""
    application = submit()
    handle_events()
    decide_and_send(desk, application, verdict="accept", kind="sprint", price="12,345")
    handle_events()
    record_from_tomorrow(session, stream_of("application", application.id))
    return application


def test_every_page_shows_everything_else_and_a_placeholder_for_the_unknown_event(
    client: FlaskClient, desk: FlaskClient, application: Application
) -> None:
    theirs = f"/applications/{application.access_token}"
    ours = f"/staff/applications/{application.id}"
    for browser, path in ((client, theirs), (desk, ours), (desk, f"{ours}/history")):
        page = browser.get(path)
        assert (page.status_code, page.text.count(LINE) > 0) == (200, True), path
    exported = client.get(f"{theirs}/export.json").get_json()
    assert exported["events"][-1]["data"] == {"unread": LINE.lower()}
    [stream, _] = client.get(f"{theirs}/trail.json").get_json()["streams"]
    assert stream["rows"][-1]["withheld"].startswith("A newer release")


def test_an_application_whose_decision_cannot_be_read_still_has_its_pages(
    client: FlaskClient, desk: FlaskClient, application: Application, tamper: Tamper
) -> None:
    tamper(DECIDED_IN_A_LATER_VERSION)
    assert client.get(f"/applications/{application.access_token}").status_code == 200
    page = desk.get(f"/staff/applications/{application.id}")
    assert page.status_code == 200
    assert f"{LINE} by" in page.text


def test_the_queue_names_a_status_that_only_a_newer_release_has_words_for(
    session: Session, desk: FlaskClient, application: Application
) -> None:
    session.execute(update(QueueRow).values(status="put_off"))
    session.commit()
    page = desk.get("/staff/?status=all")
    assert page.status_code == 200 and ">Put off</span>" in page.text
    assert engagement_state("on_hold").label == "On hold"


def test_acting_on_the_stream_has_to_wait_for_the_newer_release(
    session: Session, application: Application
) -> None:
    with pytest.raises(NewerEvent):
        read_stream(session, stream_of("application", application.id))
