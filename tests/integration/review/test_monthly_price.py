"""Wherever staff read a monthly price, it says that it is per month and not the total."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import ApplicationAccepted
from app.applications.models import Application
from app.engagements.events import EngagementOffered
from app.review.timeline import in_words

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
FIELDS = {"verdict": "accept", "kind": "fractional", "price": "25,400"}


def titles(page: str) -> list[str]:
    return re.findall(r'class="timeline__title">(.*?)</p>', page)


@pytest.fixture
def proposed(submit: Submit, handle_events: Handle) -> Application:
    application = submit(preferred_kind="fractional", days_a_month="4")
    handle_events()
    return application


def test_preview_and_flash_state_the_price_per_month(
    desk: FlaskClient, proposed: Application, decide: Decide, decide_and_send: Decide
) -> None:
    told = "Accepted as a Fractional at $25,400 a month"
    assert f"<dd>{told}</dd>" in decide(desk, proposed, **FIELDS).text
    answer = decide_and_send(desk, proposed, **FIELDS)
    assert f"<p>{told}. The mail is on its way.</p>" in desk.get(answer.location).text


def test_page_and_history_state_the_price_per_month_at_each_step(
    desk: FlaskClient,
    session: Session,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
) -> None:
    decide_and_send(desk, proposed, **FIELDS)
    handle_events()
    path = f"/staff/applications/{proposed.id}"
    page = html.unescape(desk.get(path).text)
    priced = [title for title in titles(page) if "$" in title]
    assert len(priced) == 3 and all(title.endswith(" a month") for title in priced)
    assert "Accepted as a Fractional at $25,400 a month by <bdi>" in page
    history = desk.get(f"{path}/history").text
    assert "Fractional offered at $25,400 a month" in history
    assert "<ins>$25,400 a month</ins>" in history


@pytest.mark.parametrize(
    ("kind", "told"),
    [("fractional", "$25,400 a month"), ("build", "$25,400")],
)
@pytest.mark.usefixtures("app")
def test_a_price_recorded_without_a_quote_is_worded_the_way_its_kind_is_billed(
    kind: str, told: str
) -> None:
    accepted = ApplicationAccepted(message="", kind=kind, total_cents=2_540_000)
    offered = EngagementOffered(
        application_id="", kind=kind, currency="usd", total_cents=2_540_000, deposit_cents=0
    )
    assert in_words(accepted).endswith(f" at {told}")
    assert in_words(offered).endswith(f" at {told}")
