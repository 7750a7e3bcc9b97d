"""An honest prospect is never held by the settings and rules as shipped."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.drafts.resume_link import request_resume_link
from app.applications.models import Application, Draft
from app.events.store import read_stream
from app.events.types import stream_of
from tests.integration.applications.prospect import Prospect
from tests.integration.screening.conftest import Apply, types_of
from tests.unit.screening.test_signals import DEFAULTS, FASTEST

SHIPPED = {name: value for name, value in DEFAULTS.items() if name.startswith("HOLD_")}
AGE = text("UPDATE drafts SET started_at = started_at - CAST(:age AS interval)")


@pytest.fixture(autouse=True)
def as_shipped(change_settings: Callable[..., None]) -> None:
    change_settings(**SHIPPED)


def statuses(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Application.status)))


def test_an_application_sent_too_fast_would_be_held(apply: Apply) -> None:
    """The control: an application sent immediately is held."""
    assert apply(age="1 second").status == "held"


@pytest.mark.parametrize("age", [f"{FASTEST + 1} seconds", "9 minutes", "3 days", "29 days"])
def test_a_prospect_who_takes_their_time_is_not_held(
    apply: Apply, session: Session, age: str
) -> None:
    application = apply(age=age)
    assert (application.status, application.version) == ("submitted", 1)
    assert types_of(session, application) == ["application.submitted"]


def test_a_clock_set_back_does_not_hold_anybody(apply: Apply) -> None:
    assert apply(age="-2 hours").status == "submitted"


def test_a_prospect_who_sends_from_another_device_is_not_held(
    prospect: Prospect, new_prospect: Callable[[], Prospect], session: Session
) -> None:
    prospect.fill_in()
    session.execute(AGE, {"age": "2 minutes"})
    draft = session.scalars(select(Draft)).one()
    request_resume_link(session, draft)
    session.commit()
    [link] = read_stream(session, stream_of("draft", draft.id))
    phone = new_prospect()
    phone.client.get(f"/apply/resume/{link.data.resume_token}")
    assert phone.send().status_code == 303
    assert statuses(session) == ["submitted"]


def test_a_page_without_the_hidden_field_does_not_hold_anybody(
    prospect: Prospect, session: Session
) -> None:
    """A page opened before the field was introduced, or a browser that leaves it out."""
    prospect.fill_in()
    session.execute(AGE, {"age": "2 minutes"})
    session.commit()
    assert prospect.send().status_code == 303
    assert statuses(session) == ["submitted"]


def test_a_prospect_who_sends_a_correction_or_is_a_colleague_is_not_held(apply: Apply) -> None:
    first, correction = apply(), apply(anything_else="I forgot to say: two teams.")
    colleague = apply(email="grace@tidewater.example", name="Grace Hopper")
    assert {one.status for one in (first, correction, colleague)} == {"submitted"}


def test_the_honeypot_is_hidden_from_keyboards_screen_readers_and_autofill(
    prospect: Prospect, client: FlaskClient
) -> None:
    prospect.fill_in()
    page = prospect.see("review")
    start = page.index('<div class="visually-hidden" aria-hidden="true">')
    trap = page[start : page.index("</div>", start)]
    assert 'name="subject"' in trap
    assert 'tabindex="-1"' in trap and 'autocomplete="off"' in trap
    assert "style=" not in trap and "required" not in trap
