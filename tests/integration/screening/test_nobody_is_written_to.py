"""A held application's address may be somebody else's: its sender can't cause mail to it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.page_link import request_page_links
from app.applications.service import withdraw_application
from app.notifications.models import MailMessage
from tests.integration.screening.conftest import Press, mails_of, types_of

Handle = Callable[[], None]


def ask_for_link(session: Session, application: Application) -> None:
    request_page_links(session, application.email)
    session.commit()


@pytest.mark.parametrize("button", ["", "dismiss"])
def test_a_lost_link_is_not_mailed_to_a_held_applications_address(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
    button: str,
) -> None:
    if button:
        press(desk, held, button)
    ask_for_link(session, held)
    handle_events()
    assert mails_of(session) == ["held"]
    assert "application.link_requested" not in types_of(session, held)


def test_only_staff_are_told_of_a_withdrawal_and_no_link_is_mailed_after_it(
    held: Application, client: FlaskClient, session: Session, handle_events: Handle
) -> None:
    path = f"/applications/{held.access_token}"
    assert "your page. The reviewers get an email." in client.get(f"{path}/withdraw").text
    withdraw_application(session, held.id, "")
    session.commit()
    ask_for_link(session, held)
    handle_events()
    assert mails_of(session) == ["held", "withdrawn"]
    news = session.scalars(select(MailMessage.text).filter_by(template="withdrawn")).one()
    assert "It can no longer be decided.\n" in news  # there was no engagement to be closed
    assert "It will no longer be read or decided. You can apply" in client.get(path).text


def test_once_released_both_are_mailed_as_for_any_application(
    held: Application, desk: FlaskClient, press: Press, session: Session, handle_events: Handle
) -> None:
    press(desk, held, "release")
    ask_for_link(session, held)
    withdraw_application(session, held.id, "")
    session.commit()
    handle_events()
    assert {"page_link", "withdrawal_confirmed"} <= set(mails_of(session))
