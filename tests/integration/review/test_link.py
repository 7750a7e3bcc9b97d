"""Staff replace a prospect's link that fell into the wrong hands."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.notifications.models import MailMessage
from tests.form_page import token_in
from tests.integration.review.conftest import Handle, Submit

HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|seen)"[^>]*value="([^"]*)"')


def test_the_old_link_stops_working_and_a_mail_brings_the_new_one(
    session: Session, desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    application = submit()
    old = application.access_token
    page = f"/staff/applications/{application.id}"
    token = token_in(desk.get(page).text)
    answer = desk.post(f"{page}/link", data={"csrf_token": token})
    assert answer.location == page
    handle_events()
    session.refresh(application)
    assert application.access_token != old
    assert desk.get(f"/applications/{old}").status_code == 404
    assert desk.get(f"/applications/{application.access_token}").status_code == 200
    [mail] = session.scalars(select(MailMessage).filter_by(template="page_link"))
    assert application.access_token in mail.text
    assert "Link to their page replaced" in desk.get(page).text


def test_pressing_twice_does_not_replace_the_link_already_mailed(
    session: Session, desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    application = submit()
    page = f"/staff/applications/{application.id}"
    form = HIDDEN.findall(desk.get(page).text.partition(f'action="{page}/link"')[2])[:2]
    for _ in range(2):
        answer = desk.post(f"{page}/link", data=dict(form), follow_redirects=True)
        assert "The email with the new one is on its way." in answer.text
        handle_events()
    [mail] = session.scalars(select(MailMessage).filter_by(template="page_link"))
    session.refresh(application)
    assert application.access_token in mail.text
    again = HIDDEN.findall(desk.get(page).text.partition(f'action="{page}/link"')[2])[:2]
    desk.post(f"{page}/link", data=dict(again))
    session.refresh(application)
    assert application.access_token not in mail.text


def test_an_erased_prospect_gets_no_new_link(
    session: Session, desk: FlaskClient, submit: Submit
) -> None:
    application = submit()
    token = token_in(desk.get(f"/staff/applications/{application.id}").text)
    erase_person(session, application.id, actor="prospect")
    session.commit()
    kept = application.access_token
    page = f"/staff/applications/{application.id}"
    assert desk.post(f"{page}/link", data={"csrf_token": token}).location == page
    session.refresh(application)
    assert application.access_token == kept
    assert "Replace the link" not in desk.get(page).text
