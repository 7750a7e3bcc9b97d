"""Links into a draft: what they open, whose form it is, and when they stop working."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.applications import link_limit
from app.applications.models import Application, Draft
from app.applications.page_link import replace_page_link
from app.events.models import StoredEvent
from tests.integration.applications.prospect import Prospect, hidden
from tests.staff import browser_of, employ

NewProspect = Callable[[], Prospect]
HOUR_LATER = text("UPDATE applications SET submitted_at = submitted_at - interval '61 minutes'")
REQUESTED = select(func.count()).where(StoredEvent.type == "draft.link_requested")
WHOSE = "This form belongs to m…@tidewater-freight.example."


@pytest.fixture
def other(new_prospect: NewProspect) -> Prospect:
    """Another browser, which holds a form of its own."""
    other = new_prospect()
    other.press("you", name="Somebody else")
    return other


def the_draft(session: Session, **answers: str) -> Draft:
    """The one draft with these answers."""
    session.rollback()
    given = [Draft.answers[key].astext == answer for key, answer in answers.items()]
    return session.scalars(select(Draft).where(*given)).one()


def the_application(session: Session) -> Application:
    session.rollback()
    return session.scalars(select(Application)).one()


def ask_for_link(prospect: Prospect) -> str:
    """Press the button that mails a link, and read the page that follows."""
    token = hidden(prospect.client.get("/apply").text, "csrf_token")
    data = {"csrf_token": token}
    return prospect.client.post("/apply/link", data=data, follow_redirects=True).text


def test_a_resume_link_to_a_sent_form_gives_another_browser_nothing(
    ready: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    page = ready.see("review")
    ready.send()
    other = new_prospect()
    opened = other.client.get(f"/apply/resume/{the_draft(session).resume_token}")
    assert opened.status_code == 409
    assert "This application has been sent" in opened.text
    assert the_application(session).access_token not in opened.text
    assert other.go_on_with(the_draft(session)).status_code == 409
    assert other.send(seen=page).status_code == 409
    assert the_draft(session).answers["email"]


def test_replacing_the_page_link_also_ends_the_resume_link(
    ready: Prospect, session: Session
) -> None:
    ready.send()
    old = the_draft(session).resume_token
    replace_page_link(session, the_application(session).id, actor="staff:ada")
    session.commit()
    assert ready.client.get(f"/apply/resume/{old}").status_code == 404


def test_sending_again_leads_nowhere_once_staff_have_replaced_the_link(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    ready.send(seen=page)
    replace_page_link(session, the_application(session).id, actor="staff:ada")
    session.commit()
    for again in (ready.send(seen=page), ready.client.get("/apply/you")):
        assert again.status_code == 409
        assert the_application(session).access_token not in again.text
        assert 'href="/lost-link"' in again.text


def test_for_an_hour_sending_again_leads_to_the_prospects_page(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    first = ready.send(seen=page)
    assert ready.send(seen=page).location == first.location
    session.execute(HOUR_LATER)
    session.commit()
    for again in (ready.send(seen=page), ready.client.get("/apply/you")):
        assert again.status_code == 409
        assert "have the link sent again" in again.text
        assert the_application(session).access_token not in again.text


def test_a_resume_link_asks_first_in_a_browser_that_has_a_form_of_its_own(
    prospect: Prospect, other: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    draft = the_draft(session, name=prospect.answers["name"])
    page = other.client.get(f"/apply/resume/{draft.resume_token}")
    assert page.status_code == 200
    owner = '<span class="unbroken">m…@tidewater-freight.example</span>'
    assert f"Continue with the form that belongs to {owner}?" in html.unescape(page.text)
    assert prospect.answers["email"] not in page.text
    assert "Somebody else" in other.see("you")
    own = re.search(r'href="([^"]+)">Keep my own form', page.text)
    assert own and own[1] == "/apply/system"


def test_before_switching_forms_a_link_to_ones_own_form_can_be_mailed(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    prospect.fill_in("you")
    path = f"/apply/resume/{the_draft(session).resume_token}"
    other = new_prospect()
    other.press("you", name="Somebody else", email="else@client.example")
    page = other.client.get(path).text
    button = re.search(r'formaction="([^"]+)"[^>]*>Mail me a link to mine first', page)
    assert "We have not sent you a link to it yet" in page and button
    data = {"csrf_token": hidden(page, "csrf_token")}
    asked = other.client.post(html.unescape(button[1]), data=data, follow_redirects=True)
    assert asked.request.path == path
    assert "on its way to else@client.example" in asked.text
    assert "not sent you a link" not in asked.text and "Mail me a link" not in asked.text


def test_before_switching_forms_a_warning_says_when_no_link_can_lead_back(
    prospect: Prospect, other: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    other.press("you", email="no address")
    draft = the_draft(session, name=prospect.answers["name"], email=prospect.answers["email"])
    page = other.client.get(f"/apply/resume/{draft.resume_token}").text
    assert "Without one you cannot open it again" in page and "Mail me a link" not in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_to_a_form_that_is_gone_says_what_may_have_happened_to_it(
    prospect: Prospect, session: Session, method: str
) -> None:
    prospect.fill_in("you")
    path = f"/apply/resume/{the_draft(session).resume_token}"
    prospect.press("delete")
    data = {"csrf_token": hidden(prospect.client.get("/apply").text, "csrf_token")}
    for address in (path, path[:-1], f"{path}%00"):
        answer = prospect.client.open(address, method=method, data=data)
        assert answer.status_code == 404
        assert "There is no form behind this link" in answer.text
        assert "deleted 30 days after its last change" in answer.text
        assert "once its sender has had their data erased" in answer.text
        assert 'href="/apply"' in answer.text and 'href="/lost-link"' in answer.text


def test_continuing_with_the_other_form_opens_it_and_says_whose_it_is(
    prospect: Prospect, other: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    draft = the_draft(session, name=prospect.answers["name"])
    answer = other.go_on_with(draft)
    assert answer.location == "/apply/system#resumed"
    assert WHOSE in other.client.get("/apply/system").text
    assert prospect.answers["name"] in other.see("you")
    assert "Somebody else" not in other.see("you")


def test_nobody_is_switched_to_another_form_without_pressing_the_button(
    prospect: Prospect, other: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    draft = the_draft(session, name=prospect.answers["name"])
    assert other.client.post(f"/apply/resume/{draft.resume_token}").status_code == 400
    assert "Somebody else" in other.see("you")


def test_a_browser_without_a_form_opens_the_links_form_and_is_told_once_whose_it_is(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    prospect.fill_in("you")
    path = f"/apply/resume/{the_draft(session).resume_token}"
    other = new_prospect()
    assert WHOSE in other.client.get(path, follow_redirects=True).text
    again = other.client.get(path, follow_redirects=True)
    assert again.request.path == "/apply/system" and WHOSE not in again.text


def test_a_form_without_an_address_says_so(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    prospect.press("you", email="no address")
    opened = new_prospect().client.get(
        f"/apply/resume/{the_draft(session).resume_token}", follow_redirects=True
    )
    assert "form belongs to somebody who gave no address" in opened.text


def test_a_browser_whose_own_form_was_sent_opens_the_links_form_without_asking(
    ready: Prospect, other: Prospect, session: Session
) -> None:
    draft = the_draft(session, name="Somebody else")
    ready.send()
    opened = ready.client.get(f"/apply/resume/{draft.resume_token}")
    assert opened.status_code == 303


def test_a_draft_gets_at_most_three_links_an_hour_whatever_its_address(
    prospect: Prospect, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        prospect.press("you", email=f"ada{number}@client.example")
        page = ask_for_link(prospect)
        assert ("Several links were sent in the last hour" in page) == (number == 3)
    assert session.scalar(REQUESTED) == 3
    monkeypatch.setattr(link_limit, "WITHIN", timedelta())
    assert "on its way to ada3@client.example" in ask_for_link(prospect)


def test_an_address_gets_at_most_three_links_an_hour_from_any_draft_and_network(
    app: Flask, new_prospect: NewProspect, session: Session
) -> None:
    pages = []
    for number in range(4):
        prospect = new_prospect()
        prospect.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        prospect.press("you", email="Victim@Client.Example" if number else "victim@client.example")
        pages.append(ask_for_link(prospect))
        prospect.client.post("/apply/delete")
    refused = ["Several links were sent in the last hour" in page for page in pages]
    assert refused == [False, False, False, True]
    assert session.scalar(REQUESTED) == 3


def test_a_draft_filled_in_by_staff_does_not_prolong_their_login(
    app: Flask, prospect: Prospect, session: Session
) -> None:
    """The draft is in the same cookie as the login, which ends with the browser."""
    prospect.fill_in("you")
    desk: FlaskClient = browser_of(app, employ(session, "Ada Lovelace"))
    desk.get(f"/apply/resume/{the_draft(session).resume_token}")
    assert prospect.answers["name"] in html.unescape(desk.get("/apply/you").text)
    cookie, kept = desk.get_cookie("session"), prospect.client.get_cookie("session")
    assert cookie and cookie.expires is None
    assert kept and kept.expires is not None
