"""The page of an application that was accepted as a kind other than the recommended one."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
Figures = Callable[[], dict[str, str]]
ACCEPTED = "Accepted as a Sprint at $12,345"


@pytest.fixture
def figures(desk: FlaskClient, proposed: Application) -> Figures:
    """The page's large figures by label, without the points."""

    def figures() -> dict[str, str]:
        page = desk.get(f"/staff/applications/{proposed.id}").text
        row = re.search(r'<dl class="figures">(.*?)</dl>', page, re.DOTALL)
        assert row
        pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", row[1])
        return {label: figure for label, figure in pairs if "of 100" not in figure}

    return figures


@pytest.fixture
def accepted(desk: FlaskClient, proposed: Application, decide_and_send: Decide) -> Application:
    """An application accepted as a Sprint at another price; the event is not handled yet."""
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,345")
    return proposed


def test_before_the_decision_the_page_shows_what_is_recommended(figures: Figures) -> None:
    assert list(figures()) == ["Recommended", "Proposed"]
    assert figures()["Recommended"] == "Build"


def test_the_proposal_is_not_shown_in_place_of_an_offer_that_is_still_being_written(
    desk: FlaskClient, accepted: Application, figures: Figures
) -> None:
    page = desk.get(f"/staff/applications/{accepted.id}").text
    assert f"{ACCEPTED}. The offer is being written." in page
    assert figures() == {} and "Fixed price" not in page


def test_the_offer_and_then_the_agreement_replace_the_recommendation(
    desk: FlaskClient,
    session: Session,
    accepted: Application,
    handle_events: Handle,
    figures: Figures,
) -> None:
    handle_events()
    assert figures() == {"Offered": "Sprint", "Price": "$12,345"}
    page = desk.get(f"/staff/applications/{accepted.id}").text
    assert "being written" not in page and "Build was recommended." in page
    engagement = engagement_of(session, accepted.id)
    assert engagement
    accept_terms(session, engagement, name="Marguerite Okonkwo", seen_version=engagement.version)
    session.commit()
    assert figures() == {"Agreed": "Sprint", "Price": "$12,345"}


def test_the_page_does_not_promise_an_offer_that_could_not_be_written(
    desk: FlaskClient,
    accepted: Application,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("as the test told it to")

    with monkeypatch.context() as broken:
        broken.setattr("app.engagements.service.proposal_at", refuse)
        handle_events()
    page = desk.get(f"/staff/applications/{accepted.id}").text
    assert "being written" not in page
    assert f"{ACCEPTED}. No offer is out yet: see what failed above." in page
