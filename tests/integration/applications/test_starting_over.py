"""Starting over: what was entered is set aside, but only after a question that says whether and how
it can be opened again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.end import remind_of_drafts
from app.applications.models import Draft
from tests.integration.applications.prospect import Prospect, hidden

NewProspect = Callable[[], Prospect]
MAILED = "the link that we emailed you"
OFFER = "Mail me a link first"


def press_start(prospect: Prospect, page: str) -> str:
    """Press the button of a start page that was opened earlier; return where it leads."""
    data = {"csrf_token": hidden(page, "csrf_token")}
    return str(prospect.client.post("/apply", data=data).location)


def mail_a_link_first(prospect: Prospect) -> str:
    """Press that button, and read the page that follows."""
    page = prospect.see("start-over")
    data = {"csrf_token": hidden(page, "csrf_token"), "of_draft": hidden(page, "of_draft")}
    path = "/apply/link?pressed_on=start-over"
    assert f'formaction="{path}"' in page
    return prospect.client.post(path, data=data, follow_redirects=True).text


def test_starting_over_asks_first_and_then_begins_with_empty_pages(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    start = prospect.client.get("/apply").text
    assert "Start over" in start
    assert press_start(prospect, start) == "/apply/start-over"
    assert "Start over with empty pages?" in prospect.see("start-over")
    assert prospect.answers["name"] in prospect.see("you")
    assert prospect.press("start-over").location == "/apply/you"
    assert prospect.answers["name"] not in prospect.see("you")
    assert session.scalars(select(Draft)).one().answers["name"] == prospect.answers["name"]


def test_the_start_button_of_a_page_opened_earlier_asks_too(prospect: Prospect) -> None:
    page = prospect.client.get("/apply").text
    prospect.fill_in("you")
    assert press_start(prospect, page) == "/apply/start-over"
    assert prospect.answers["name"] in prospect.see("you")


def test_a_mailed_link_is_mentioned_only_once_it_has_been_mailed(prospect: Prospect) -> None:
    prospect.fill_in("you")
    page = prospect.see("start-over")
    assert OFFER in page and MAILED not in page
    asked = mail_a_link_first(prospect)
    assert "Start over with empty pages?" in asked
    assert f"on its way to {prospect.answers['email']}" in asked
    assert MAILED in asked and OFFER not in asked


def test_the_link_in_a_reminder_counts_as_a_mailed_link(
    app: Flask, prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    remind_of_drafts(session, days=1, days_before=1)
    assert MAILED in prospect.see("start-over")


@pytest.mark.parametrize("typed", [{"email": ""}, {"email": "no address"}])
def test_without_an_address_no_link_is_offered(prospect: Prospect, typed: dict[str, str]) -> None:
    prospect.press("you", **typed)
    page = prospect.see("start-over")
    assert "Without one you cannot open it again" in page
    assert OFFER not in page and MAILED not in page


@pytest.mark.parametrize("sent", [False, True])
def test_nothing_is_asked_when_nothing_would_be_lost(prospect: Prospect, sent: bool) -> None:
    if sent:
        prospect.fill_in()
        prospect.send()
    assert prospect.client.get("/apply/start-over").location == "/apply"
    assert press_start(prospect, prospect.client.get("/apply").text) == "/apply/you"


def test_a_draft_other_than_the_one_the_page_asked_about_is_kept(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    other = new_prospect()
    other.press("you", name="Somebody else")
    mine = session.scalars(select(Draft)).one()
    prospect.fill_in("you")
    page = prospect.see("start-over")
    prospect.go_on_with(mine)
    answer = prospect.press("start-over", seen=page)
    assert answer.location == "/apply/start-over"
    assert "Nothing was changed" in prospect.see("start-over")
    assert "Somebody else" in prospect.see("you")


def test_starting_without_a_valid_token_is_explained_beside_the_button(prospect: Prospect) -> None:
    for sent in ({}, {"csrf_token": "of an earlier session"}):
        answer = prospect.client.post("/apply", data=sent)
        assert answer.status_code == 400 and "The form was not started" in answer.text
        assert "does not keep the cookie" in answer.text and "Start</button>" in answer.text
        token = hidden(answer.text, "csrf_token")
        again = prospect.client.post("/apply", data={"csrf_token": token})
        assert again.location == "/apply/you"
