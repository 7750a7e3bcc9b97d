"""The application's page: what it shows, and that no answer is rendered as markup."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.applications.questions.questionnaire import current_questionnaire
from app.events.models import StoredEvent
from app.messages.service import write_as_prospect
from app.notifications.models import MailMessage
from tests.form_page import token_in

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]

ADDRESSES = {"email", "website"}
MARKUP = "<script>alert(1)</script>{{7*7}}%s'\"&amp;"


def token_of(client: FlaskClient) -> str:
    return token_in(client.get("/staff/settings/").text)


def test_no_text_box_truncates_what_is_pasted(
    desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    path = f"/staff/applications/{submit().id}"
    handle_events()
    boxes = re.findall(r"<textarea[^>]*>", desk.get(path).text)
    assert len(boxes) == 3 and not any("maxlength" in box for box in boxes)


def test_markup_in_any_answer_is_shown_as_text_on_every_page(
    desk: FlaskClient,
    submit: Submit,
    session: Session,
    handle_events: Handle,
    decide: Decide,
    decide_and_send: Decide,
) -> None:
    texts = [q.key for q in current_questionnaire().questions if not q.options]
    marked = {key: f"{key} {MARKUP}" for key in texts}
    application = submit(**{key: marked[key] for key in texts if key not in ADDRESSES})
    handle_events()
    application.answers = {**application.answers, **marked}
    application.email = marked["email"]
    session.commit()
    decide_and_send(desk, application, verdict="ask", message=f"asked {MARKUP}")
    handle_events()
    path = f"/staff/applications/{application.id}"
    preview = decide(desk, application, verdict="decline", message=f"said {MARKUP}", version="2")
    assert preview.status_code == 200
    pages = [
        desk.get(url).text for url in ("/staff/", path, "/staff/events/", "/staff/engagements/")
    ]
    for page in (*pages, preview.text):
        assert "<script>alert" not in page
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}%s&#39;&#34;&amp;amp;"
    for key in texts:
        assert f"{key} {escaped}" in pages[1], key
    assert f"asked {escaped}" in pages[1]


def test_right_to_left_text_does_not_reorder_the_text_around_it(
    desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    application = submit(name="\u202eabc", company="\u05d0\u202ebc")
    handle_events()
    page = f"/staff/applications/{application.id}"
    for url in ("/staff/", page):
        assert "<bdi>\u202eabc</bdi>," in desk.get(url).text
    assert "<bdi>\u202eabc</bdi>, <time" in desk.get(page).text
    for url in (page, f"{page}/history"):
        assert f"\u2068\u05d0bc\u2069, {application.reference} ·" in desk.get(url).text


def test_the_page_shows_everything_a_decision_needs(
    desk: FlaskClient, submit: Submit, handle_events: Handle, session: Session
) -> None:
    application = submit()
    handle_events()
    page = desk.get(f"/staff/applications/{application.id}").text
    for step in current_questionnaire().steps:
        assert step.title in page
    for part in ("of 100", "Build proposed at $", "Application received", application.reference):
        assert part in page, part
    whole = re.compile(rf'<span class="unbroken">(\(?{application.reference}\)?)</span>')
    lines = whole.sub(r"\1", page)
    for mail in session.scalars(select(MailMessage)):
        assert mail.recipient in page and f">{mail.subject}</summary>" in lines
        assert f">{mail.subject}</summary>" not in page


def test_what_a_score_advises_is_shown_until_the_firm_has_answered(
    desk: FlaskClient, submit: Submit, handle_events: Handle, decide_and_send: Decide
) -> None:
    application = submit()
    handle_events()
    pages = ("/staff/?status=all", f"/staff/applications/{application.id}")
    for address in pages:
        assert "Strong fit: answer today" in desk.get(address).text
    decide_and_send(desk, application, verdict="ask", message="How many?")
    for address in pages:
        page = desk.get(address).text.partition('id="mail-title"')[0]  # a mail stays as it was sent
        assert "Strong fit" in page and "answer today" not in page


def test_an_application_can_be_decided_before_any_subscriber_has_handled_it(
    desk: FlaskClient, submit: Submit, decide_and_send: Decide
) -> None:
    application = submit()
    page = desk.get(f"/staff/applications/{application.id}")
    assert page.status_code == 200 and "Not scored yet" in page.text
    assert decide_and_send(desk, application, verdict="decline").status_code == 303


def test_a_dead_letter_is_shown_first_and_links_to_its_event(
    desk: FlaskClient,
    submit: Submit,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
    session: Session,
) -> None:
    application = submit()
    assert "gave up" not in desk.get(f"/staff/applications/{application.id}").text
    monkeypatch.setattr("app.engagements.subscribers.quote_engagement", refuse)
    handle_events()
    page = desk.get(f"/staff/applications/{application.id}").text
    scored = session.scalars(select(StoredEvent.id).filter_by(type="application.scored")).one()
    link = f'<a href="/staff/events/{scored}">engagements.propose_engagement gave up on'
    assert page.index(link) < page.index("of 100") < page.index("Nothing is proposed yet: see")
    assert "<code>ValueError (" in page and "You can still decide." in page
    assert "Until then, later steps of this application wait at the same subscriber." in page


def refuse(*_: object) -> None:
    raise ValueError("as told")


def test_a_decided_application_offers_no_decision(
    desk: FlaskClient, submit: Submit, decide_and_send: Decide
) -> None:
    application = submit()
    decide_and_send(desk, application, verdict="decline")
    page = desk.get(f"/staff/applications/{application.id}").text
    assert 'name="verdict"' not in page and "Declined" in page


def test_a_refused_mail_can_be_sent_again_without_resending_any_other(
    desk: FlaskClient, submit: Submit, handle_events: Handle, session: Session
) -> None:
    application = submit()
    handle_events()
    session.execute(text("UPDATE mail_messages SET status='failed', last_error='550'"))
    session.commit()
    mail = session.scalars(select(MailMessage)).first()
    assert mail
    path = f"/staff/mail/{mail.id}/resend"
    assert path in desk.get(f"/staff/applications/{application.id}").text
    assert desk.post(path, data={"csrf_token": token_of(desk)}).status_code == 303
    session.rollback()
    assert session.scalars(select(MailMessage.id).filter_by(status="queued")).all() == [mail.id]


def test_each_application_links_to_the_next_one_to_decide(
    desk: FlaskClient, submit: Submit, handle_events: Handle, decide_and_send: Decide
) -> None:
    first, second = submit(company="Tidewater"), submit(company="Larkspur <Pay>")
    handle_events()
    ahead = f'rel="next" href="/staff/applications/{second.id}"'
    decide_and_send(desk, first, verdict="decline")
    page = desk.get(f"/staff/applications/{first.id}").text
    assert ahead in page and "Next to decide: <bdi>Larkspur &lt;Pay&gt;</bdi>" in page
    assert "Declined. The mail is on its way." in page
    empty = {"csrf_token": token_of(desk), "text": ""}
    assert ahead in desk.post(f"/staff/applications/{first.id}/messages", data=empty).text
    assert "Next to decide" not in desk.get(f"/staff/applications/{second.id}").text


def test_the_next_application_from_the_same_company_is_told_apart_by_its_reference(
    desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    first, second = submit(company="Tidewater"), submit(company="Tidewater")
    handle_events()
    page = desk.get(f"/staff/applications/{first.id}").text
    assert f"Next to decide: <bdi>Tidewater</bdi>, {second.reference}" in page


def test_a_web_address_among_the_answers_is_a_link(
    desk: FlaskClient, submit: Submit, session: Session, handle_events: Handle
) -> None:
    linked = submit(website='https://client.example/?a=1&b="2"')
    other = submit()
    handle_events()
    other.answers = {**other.answers, "website": "javascript:alert(1)"}
    session.commit()
    address = "https://client.example/?a=1&amp;b=&#34;2&#34;"
    page = desk.get(f"/staff/applications/{linked.id}").text
    assert f'<a href="{address}">{address}</a>' in page
    page = desk.get(f"/staff/applications/{other.id}").text
    assert "javascript:alert(1)" in page and 'href="javascript' not in page


def test_german_text_is_marked_as_german(
    desk: FlaskClient, submit: Submit, session: Session, handle_events: Handle
) -> None:
    application = submit(problem="Bestellungen gehen verloren.")
    application.language = "de"
    session.commit()
    handle_events()
    write_as_prospect(session, application.id, "Ab März?", form_id="a")
    session.commit()
    page = desk.get(f"/staff/applications/{application.id}").text
    assert '<p class="facts__text" lang="de">Bestellungen gehen verloren.' in page
    assert '<p class="thread__text" dir="auto" lang="de">Ab März?' in page
    [letter] = re.findall(r'<pre class="letter"([^>]*)>\s*Guten Tag', page)
    assert letter == ' lang="de"'
    assert len(re.findall(r'lang="de"', page)) == len(re.findall("<pre", page)) + 2
