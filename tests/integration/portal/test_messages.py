"""Messages on the prospect's own page: each goes out once, and no text is lost on the way."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.applications.events import MoreRequested
from app.applications.models import Application
from app.applications.page_link import replace_page_link
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.service import MOST_FROM_PROSPECT, write_as_prospect, write_as_staff
from app.portal.message_views import NO_MORE, TOO_MANY
from tests.form_page import token_in
from tests.integration.portal.conftest import Decide, Send

WRITTEN = re.compile(r'thread__who">([^<]*)<.*?thread__text" dir="auto">([^<]*)<', re.DOTALL)


def messages_of(session: Session, application: Application) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("application", application.id))
    return [e.data.message for e in events if e.type == "message.received"]


def thread_on(page: str) -> list[tuple[str, str]]:
    """Who wrote what, from the top."""
    return [(html.unescape(who), html.unescape(text)) for who, text in WRITTEN.findall(page)]


def staff_write(
    session: Session, application: Application, text: str, *, by: str = "staff:ada"
) -> None:
    write_as_staff(session, application.id, text, form_id=text, actor=by)
    session.commit()


def test_the_page_has_a_form_whose_id_is_new_each_time(client: FlaskClient, path: str) -> None:
    ids = set()
    for _ in range(2):
        found = re.search(r'name="form_id" type="hidden" value="(\w{32})"', client.get(path).text)
        assert found
        ids.add(found[1])
    assert len(ids) == 2


def test_no_browser_is_told_to_cut_what_is_pasted(client: FlaskClient, path: str) -> None:
    boxes = re.findall(r"<textarea[^>]*>", client.get(path).text)
    assert boxes and not any("maxlength" in box for box in boxes)


def test_both_sides_messages_form_one_thread_and_staff_who_left_appear_as_the_firm(
    client: FlaskClient,
    path: str,
    send: Send,
    session: Session,
    application: Application,
    ada: Staff,
) -> None:
    sent = send("messages", text="\r\nIs March\r\ntoo late? ", form_id="a")
    assert (sent.status_code, sent.location) == (303, path)
    staff_write(session, application, "March is fine.", by=ada.actor)
    staff_write(session, application, "So is April.", by="staff:left")
    page = client.get(path).text
    assert thread_on(page) == [
        ("You", "Is March\ntoo late?"),
        ("Ada Lovelace", "March is fine."),
        ("Champlin Enterprises", "So is April."),
    ]
    assert ada.email not in page and ada.actor not in page and "staff:left" not in page


def test_a_second_click_sends_no_second_message(
    send: Send, session: Session, application: Application
) -> None:
    codes = [send("messages", text="Hello.", form_id="a").status_code for _ in range(2)]
    assert codes == [303, 303]
    assert messages_of(session, application) == ["Hello."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write your message first."),
        (" \n ", "Write your message first."),
        ("a\x00b", "can’t be stored"),
        ("Z" + "\u0301" * 40, "too many accents"),
        ("r" * 4001, "at most 4,000 characters"),
    ],
)
@pytest.mark.parametrize("state", ["application", "declined", "offered"])
def test_an_error_is_shown_at_the_field_and_what_was_typed_is_kept(
    send: Send,
    session: Session,
    application: Application,
    request: pytest.FixtureRequest,
    state: str,
    text: str,
    sentence: str,
) -> None:
    request.getfixturevalue(state)
    answer = send("messages", text=text, form_id="a")
    assert answer.status_code == 422
    assert html.unescape(answer.text).count(sentence) == 2
    assert 'id="text-error"' in answer.text and text.strip() in answer.text
    assert messages_of(session, application) == []


def test_an_expired_page_keeps_the_text(
    send: Send, session: Session, application: Application
) -> None:
    answer = send("messages", csrf_token="old", text="My long text", form_id="a")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and "My long text" in answer.text
    assert messages_of(session, application) == []


def test_four_thousand_characters_in_any_script_are_accepted_and_shown_unchanged(
    client: FlaskClient, path: str, send: Send, session: Session, application: Application
) -> None:
    text = "مرحبا \u202e😀 <b>{{7*7}}</b> https://x.example %s " + "r" * 3900
    assert send("messages", text=text, form_id="a").status_code == 303
    assert messages_of(session, application) == [text]
    page = client.get(path).text
    assert thread_on(page) == [("You", text)]
    assert "<b>{{" not in page and "<b>49" not in page and 'href="https://x.example' not in page


def test_after_thirty_messages_in_an_hour_the_next_is_refused_and_its_text_kept(
    send: Send, session: Session, application: Application
) -> None:
    for number in range(30):
        assert send("messages", text=f"{number}", form_id="a").status_code == 303
    late = send("messages", text="One too many", form_id="a")
    assert late.status_code == 429
    assert str(TOO_MANY) in late.text and "One too many" in late.text
    assert len(messages_of(session, application)) == 30


def test_an_answer_over_the_rate_limit_is_kept_on_the_page_that_refuses_it(send: Send) -> None:
    for _ in range(30):
        send("reply", message="")
    late = send("reply", message="A long answer")
    assert late.status_code == 429
    assert 'name="message" value="A long answer"' in late.text and "Send it again" in late.text
    assert "Wait up to an hour, then try again." in late.text


def test_the_hourly_limit_applies_to_the_link_wherever_it_is_used_from(
    app: Flask, path: str, session: Session, application: Application
) -> None:
    def send_from(address: str, text: str) -> TestResponse:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        token = token_in(client.get(path).text)
        fields = {"csrf_token": token, "text": text, "form_id": "a"}
        return client.post(f"{path}/messages", data=fields)

    for number in range(30):
        assert send_from(f"10.0.0.{number}", f"{number}").status_code == 303
    late = send_from("10.0.0.99", "One too many")
    assert late.status_code == 429 and "One too many" in late.text
    assert len(messages_of(session, application)) == 30


def test_a_message_beyond_an_applications_maximum_is_refused_and_its_text_kept(
    send: Send, session: Session, application: Application
) -> None:
    for number in range(MOST_FROM_PROSPECT - 1):
        write_as_prospect(session, application.id, f"{number}", form_id="a")
    session.commit()
    for _ in range(2):  # the last one, and a second click
        assert send("messages", text="The last", form_id="a").status_code == 303
    late = send("messages", text="One too many", form_id="a")
    assert late.status_code == 422
    assert str(NO_MORE) in late.text and "One too many" in late.text
    assert messages_of(session, application)[-1] == "The last"


def test_nobody_can_write_on_the_page_of_an_erased_application(
    client: FlaskClient, path: str, send: Send, session: Session, application: Application
) -> None:
    erase_person(session, application.id, actor="prospect")
    session.commit()
    late = send("messages", text="Hello there.", form_id="a")
    assert late.status_code == 410 and "Hello there." in late.text
    assert client.get(f"{path}/messages/new").status_code == 410


@pytest.mark.parametrize(("action", "field"), [("messages", "text"), ("reply", "message")])
def test_text_is_kept_when_the_link_was_replaced_while_it_was_being_written(
    send: Send, session: Session, application: Application, action: str, field: str
) -> None:
    replace_page_link(session, application.id, actor="staff:ada")
    session.commit()
    late = send(action, **{field: "My <long>\r\ntext", "form_id": "f" * 32})
    assert late.status_code == 404
    assert "My &lt;long&gt;\r\ntext" in late.text and "It was not sent." in late.text
    assert "f" * 32 not in late.text and "csrf_token" not in late.text


def test_text_is_kept_when_it_is_longer_than_the_site_accepts(send: Send) -> None:
    pasted = "A line of a log. " * 20_000
    refused = send("messages", text=pasted, form_id="f" * 32)
    assert refused.status_code == 413 and pasted in refused.text
    assert "Copy what you wrote from below" in refused.text


def test_opening_the_address_that_the_form_posts_to_leads_to_the_page(
    client: FlaskClient, path: str
) -> None:
    assert client.get(f"{path}/messages").location == path


def test_while_we_await_an_answer_it_has_the_only_form_and_the_question_is_in_the_thread(
    client: FlaskClient, path: str, send: Send, asked: str
) -> None:
    page = client.get(path).text
    assert thread_on(page) == [("Champlin Enterprises", asked)]
    assert "/reply" in page and 'name="text"' not in page and page.count("<form") == 1
    send("reply", message="Two.")
    page = client.get(path).text
    assert thread_on(page)[1] == ("You", "Two.")
    assert "/reply" not in page and 'name="text"' in page


def test_a_message_being_written_when_we_asked_does_not_count_as_the_answer(
    client: FlaskClient,
    path: str,
    send: Send,
    asked: str,
    session: Session,
    application: Application,
) -> None:
    wrong = send("messages", text="r" * 4001, form_id="a")
    assert wrong.status_code == 422 and "r" * 4001 in wrong.text and "/reply" not in wrong.text
    assert send("messages", text="By the way.", form_id="a").status_code == 303
    session.refresh(application)
    assert application.status == "more_requested"
    assert thread_on(client.get(path).text)[-1] == ("You", "By the way.")


def test_an_answer_that_came_too_late_can_be_sent_as_a_message(asked: str, send: Send) -> None:
    send("reply", message="Forty-one.")
    late = send("reply", message="Forty-two.").text
    assert re.search(r'name="text"[^>]*>\s*Forty-two\.</textarea>', late)


def test_the_page_polls_for_new_messages_and_gets_only_those(
    client: FlaskClient, path: str, send: Send, session: Session, application: Application
) -> None:
    send("messages", text="Hello?", form_id="a")
    page = client.get(path).text
    address = re.search(r'hx-get="([^"]*/messages/new\?[^"]*)"', page)
    assert address and 'id="messages-seen" name="seen" value="1"' in page
    nothing_new = client.get(f"{address[1]}&seen=1")
    assert (nothing_new.status_code, nothing_new.data) == (204, b"")
    staff_write(session, application, "Here we are.")
    part = client.get(f"{address[1]}&seen=1").text
    assert thread_on(part) == [("Champlin Enterprises", "Here we are.")]
    assert 'id="messages-seen" name="seen" value="2"' in part
    assert "<form" not in part and "Reload the page" not in part
    assert client.get(f"{address[1]}&seen=2").status_code == 204


def test_when_more_than_the_thread_has_changed_the_page_says_so(
    client: FlaskClient, path: str, decide: Decide
) -> None:
    page = client.get(path).text
    address = re.search(r'hx-get="([^"]*/messages/new\?[^"]*)"', page)
    assert address
    decide(MoreRequested(message="How many?"))
    part = client.get(f"{address[1]}&seen=0").text
    assert "The reviewer has a question for you." in part and "Reload the page" in part


def test_a_page_gets_an_answer_whatever_it_claims_to_have_seen(
    client: FlaskClient, path: str, send: Send
) -> None:
    send("messages", text="Hello?", form_id="a")
    for query in ("", "?seen=", "?seen=x", "?seen=-5", "?seen=0&version=x"):
        assert thread_on(client.get(f"{path}/messages/new{query}").text) == [("You", "Hello?")]
    assert client.get(f"{path}/messages/new?seen=99999999999999999999").status_code == 204


def test_on_a_page_in_another_language_messages_are_marked_as_in_the_applications_own(
    client: FlaskClient, path: str, session: Session, application: Application
) -> None:
    staff_write(session, application, "March is fine.")
    german = client.get(f"{path}?lang=de").text
    assert '<p class="thread__text" dir="auto" lang="en">March is fine.' in german
    assert 'dir="auto">March is fine.' in client.get(f"{path}?lang=en").text
