"""The staff's pages about webhooks: what they show, and what pressing a button does."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.platform.database import utc_now
from app.webhooks import views
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.integration.webhooks.conftest import Add, Courier, Happen, Press, the_endpoint
from tests.webhook_receiver import Reply, WebhookReceiver

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
FORM_ID = re.compile(r'name="form_id" value="(\w+)"')
MARKUP = "<script>alert(1)</script>{{7*7}}"


def test_an_endpoint_is_added_and_its_secret_shown_once(
    desk: FlaskClient, press: Press, session: Session
) -> None:
    answer = press(
        "new",
        url="https://erp.client.example/hooks",
        description="Their ERP",
        event_types=["deposit.paid", "application.accepted"],
    )
    assert answer.status_code == 200
    endpoint = the_endpoint(session)
    assert SECRET.findall(answer.text) == [endpoint.secret]
    assert answer.headers["Cache-Control"] == "no-store"
    assert endpoint.event_types == ["application.accepted", "deposit.paid"]
    assert not endpoint.with_personal and endpoint.created_by.name == "Ada Lovelace"
    for path in ("", f"{endpoint.id}", f"{endpoint.id}/secret"):
        page = desk.get(f"/staff/webhooks/{path}", follow_redirects=True).text
        assert "erp.client.example" in page and "Their ERP" in page
        assert not SECRET.search(page)


def test_the_page_after_an_endpoint_is_added_can_be_reloaded(
    desk: FlaskClient, press: Press, session: Session
) -> None:
    answer = press("new", url="https://erp.client.example/hooks", every_type="y")
    assert [one.status_code for one in answer.history] == [303]
    again = desk.get(answer.request.path, follow_redirects=True)
    assert "A secret is shown only once." in again.text and not SECRET.search(again.text)
    the_endpoint(session)


def test_a_second_press_shows_the_secret_of_the_endpoint_the_first_one_added(
    desk: FlaskClient, press: Press, session: Session
) -> None:
    found = FORM_ID.search(desk.get("/staff/webhooks/new").text)
    assert found
    page = {"url": "https://Client.example", "every_type": "y", "form_id": found[1]}
    for _ in range(2):
        shown = SECRET.findall(press("new", **page).text)
        assert shown == [the_endpoint(session).secret]
    assert (
        press("new", **page, with_personal="y").status_code == 422
    )  # the form differs, so it is not the same press
    address = f"{the_endpoint(session).id}"
    press(f"{address}/secret")
    assert press("new", **page).status_code == 422  # the secret has been rotated
    press(f"{address}/edit", url="https://moved.example/", every_type="y")
    assert SECRET.findall(press("new", **page).text)
    assert session.scalar(select(func.count()).select_from(WebhookEndpoint)) == 2


def test_an_address_can_be_added_only_once(press: Press, add: Add, session: Session) -> None:
    endpoint = add(url="https://client.example/hooks")
    answer = press("new", url=endpoint.url, every_type="y")
    assert answer.status_code == 422 and "There is an endpoint at this address" in answer.text
    the_endpoint(session)


def test_another_spelling_of_an_address_counts_as_the_same_address(
    press: Press, add: Add, session: Session
) -> None:
    press("new", url="https://Client.example:443", every_type="y")
    endpoint = the_endpoint(session)
    assert endpoint.url == "https://client.example/"
    endpoint.url = "https://CLIENT.example"  # as older releases stored it
    session.commit()
    answer = press("new", url="https://client.example:443/", every_type="y")
    assert answer.status_code == 422 and "There is an endpoint at this address" in answer.text
    assert "https://client.example:443/" in answer.text
    the_endpoint(session)


def test_choosing_every_type_stores_no_list_of_types(press: Press, session: Session) -> None:
    press("new", url="https://erp.client.example/", every_type="y", with_personal="y")
    endpoint = the_endpoint(session)
    assert endpoint.event_types == [] and endpoint.with_personal


def test_the_description_of_a_type_shows_its_field_names_as_code(desk: FlaskClient) -> None:
    page = desk.get("/staff/webhooks/new").text
    assert "``" not in page and "<code>ends_on</code>" in page


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"url": "", "every_type": "y"}, "Enter the address"),
        ({"url": "ftp://client.example/", "every_type": "y"}, "has to start with https"),
        ({"url": "https://me@client.example/", "every_type": "y"}, "Leave user name"),
        ({"url": "https://client.example/"}, "Choose every type, or at least one."),
        ({"url": "https://client.example/", "event_types": "nonsense"}, "from the types"),
        ({"url": "https://client.example/", "event_types": "webhook.tested"}, "from the types"),
    ],
)
def test_an_error_is_shown_at_its_field_and_what_was_typed_is_kept(
    press: Press, session: Session, fields: dict[str, str], problem: str
) -> None:
    answer = press("new", description="Kept <as> it is", **fields)
    assert answer.status_code == 422
    assert problem in answer.text
    assert "Kept &lt;as&gt; it is" in answer.text and fields["url"] in answer.text
    assert session.scalars(select(WebhookEndpoint)).all() == []


def test_an_expired_page_keeps_what_was_typed(press: Press, session: Session) -> None:
    answer = press("new", csrf_token="old", url="https://client.example/kept", every_type="y")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and "https://client.example/kept" in answer.text
    assert session.scalars(select(WebhookEndpoint)).all() == []


def test_a_test_message_shows_what_the_server_answers(
    desk: FlaskClient,
    press: Press,
    add: Add,
    courier: Courier,
    receiver: WebhookReceiver,
) -> None:
    endpoint = add()
    receiver.answer = lambda _: Reply(418, body=MARKUP.encode())
    assert "on its way" in press(f"{endpoint.id}/test").text
    courier.send_due()
    (message,) = courier.messages(endpoint)
    page = desk.get(f"/staff/webhooks/messages/{message.id}").text
    assert "Answered 418" in page and "webhook.tested" in page
    assert f'href="/staff/events/{message.event_id}"' in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_each_outcome_is_described_in_words(
    desk: FlaskClient, add: Add, happen: Happen, courier: Courier, session: Session
) -> None:
    endpoint = add(url="http://nobody.invalid/")
    happen()
    courier.work()
    (message,) = courier.messages(endpoint)
    path = f"/staff/webhooks/messages/{message.id}"
    page = desk.get(path).text
    assert "The host name was not found" in page and "Will be tried again" in page
    for error, words in (
        ("address_refused", "not on the public internet"),
        ("tls_failed", "certificate"),
        ("not_reached", "No connection"),
        ("timed_out", "No answer in time"),
        ("cut_off", "broke off"),
        ("not_http", "is not HTTP"),
    ):
        session.execute(text("UPDATE webhook_attempts SET error = :error"), {"error": error})
        session.commit()
        assert words in desk.get(path).text


@pytest.mark.parametrize("is_reached", [True, False])
def test_an_endpoint_shows_as_failing_from_the_first_failed_try_until_one_succeeds(
    desk: FlaskClient,
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    session: Session,
    is_reached: bool,
) -> None:
    endpoint = add(url=receiver.url if is_reached else "http://nobody.invalid/")
    path = f"/staff/webhooks/{endpoint.id}"
    happen()
    receiver.answer = lambda _: Reply(503)
    courier.work()
    for address in ("/staff/webhooks/", path, "/staff/events/"):
        page = desk.get(address).text
        assert ">Failing<" in page and ">Enabled<" not in page, address
    assert 'data-label="Failed before">1<' in desk.get("/staff/webhooks/").text
    # A message that will be tried again does not count as failed, so the page says what it counts.
    assert re.search(r"Messages failed in a row</dt>\s*<dd[^>]*>0<", desk.get(path).text)
    receiver.answer = lambda _: Reply(200)
    the_endpoint(session).url = receiver.url
    courier.hurry()
    courier.work()
    for address in ("/staff/webhooks/", path, "/staff/events/"):
        page = desk.get(address).text
        assert ">Enabled<" in page and ">Failing<" not in page, address


def test_one_message_or_all_failed_ones_can_be_sent_again(
    press: Press, add: Add, happen: Happen, courier: Courier, session: Session
) -> None:
    endpoint = add()
    for _ in range(3):
        happen()
    courier.fan_out()
    session.execute(text("UPDATE webhook_messages SET status = 'failed', tries = 8"))
    session.commit()
    first = courier.messages(endpoint)[0]
    assert "The message is sent again" in press(f"messages/{first.id}/replay").text
    assert "still on its way" in press(f"messages/{first.id}/replay").text
    answer = press(f"{endpoint.id}/replay", since="2020-01-01T00:00")
    assert "2 failed messages are sent again" in answer.text
    assert {message.status for message in courier.messages(endpoint)} == {"waiting"}
    answer = press(f"{endpoint.id}/replay", since="yesterday")
    assert answer.status_code == 422 and "Write a day and a time like" in answer.text


def test_no_browser_truncates_a_pasted_address(desk: FlaskClient) -> None:
    """A truncated address would still be valid, but lead somewhere else."""
    [field] = re.findall('<input[^>]*name="url"[^>]*>', desk.get("/staff/webhooks/new").text)
    assert "maxlength" not in field


def test_the_page_says_that_messages_to_a_disabled_endpoint_wait_until_it_is_enabled(
    desk: FlaskClient, press: Press, add: Add, courier: Courier, session: Session
) -> None:
    endpoint = add()
    path = f"/staff/webhooks/{endpoint.id}"
    assert "Once it is enabled" not in desk.get(path).text
    press(f"{endpoint.id}/disable")
    answer = press(f"{endpoint.id}/test")
    assert "The endpoint is disabled: the test message is sent once" in answer.text
    (tested,) = courier.messages(endpoint)
    message = f"messages/{tested.id}"
    for page in (path, f"/staff/webhooks/{message}"):
        assert "Once it is enabled" in desk.get(page).text, page
    for deed in (f"{message}/replay", f"{endpoint.id}/replay"):
        session.execute(text("UPDATE webhook_messages SET status = 'failed', tries = 8"))
        session.commit()
        answer = press(deed, since="2020-01-01T00:00")
        assert "sent again once the endpoint is enabled." in answer.text, deed


def test_the_secret_is_rotated_and_the_new_one_shown_once(
    press: Press, add: Add, session: Session
) -> None:
    endpoint = add()
    old = endpoint.secret
    answer = press(f"{endpoint.id}/secret")
    (shown,) = SECRET.findall(answer.text)
    endpoint = the_endpoint(session)
    assert (endpoint.secret, endpoint.previous_secret) == (shown, old) and shown != old


def test_the_page_mentions_the_old_secret_as_long_as_it_is_valid(
    desk: FlaskClient, press: Press, add: Add, session: Session
) -> None:
    endpoint = add()
    page = f"/staff/webhooks/{endpoint.id}"
    said = "the old one is valid until"
    assert said not in desk.get(page).text
    press(f"{endpoint.id}/secret")
    assert said in desk.get(page).text
    the_endpoint(session).previous_secret_until = utc_now()
    session.commit()
    assert said not in desk.get(page).text


def test_an_endpoint_is_disabled_enabled_and_deleted(
    press: Press, add: Add, happen: Happen, courier: Courier, session: Session
) -> None:
    endpoint_id = add().id
    happen()
    courier.fan_out()
    assert "Disabled by staff" in press(f"{endpoint_id}/disable").text
    assert the_endpoint(session).disabled_because == "staff"
    assert "What waited is sent now" in press(f"{endpoint_id}/enable").text
    assert the_endpoint(session).is_enabled
    assert "No endpoint yet" in press(f"{endpoint_id}/delete").text
    assert session.scalars(select(WebhookMessage)).all() == []


def test_a_button_pressed_as_the_endpoint_is_deleted_says_that_it_is_gone(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = WebhookEndpoint(id=uuid.uuid4(), url="https://client.example")
    monkeypatch.setattr(views, "load", lambda _: deleted)
    for deed in ("test", "secret", "disable", "enable"):
        assert "Somebody has deleted the endpoint" in press(f"{deleted.id}/{deed}").text
    assert "The endpoint is deleted" in press(f"{deleted.id}/delete").text


def test_endpoints_on_one_host_without_descriptions_are_told_apart_by_when_they_were_added(
    desk: FlaskClient, add: Add, session: Session
) -> None:
    for second, path in ((7, "orders"), (9, "stock")):
        endpoint = add(url=f"https://client.example/{path}-T0P-S3CR3T")
        endpoint.created_at = datetime(2026, 11, 24, 15, 38, second, tzinfo=UTC)
    session.commit()
    for address in ("/staff/webhooks/", "/staff/events/"):
        page = desk.get(address).text
        for second in (7, 9):
            assert f"Added 24 Nov 2026, 15:38:0{second} UTC" in page
        assert "T0P-S3CR3T" not in page


def test_markup_typed_by_staff_is_shown_as_text(desk: FlaskClient, press: Press) -> None:
    press("new", url="https://client.example/?<b>", description=MARKUP, every_type="y")
    listed = desk.get("/staff/webhooks/").text
    assert "<script>alert" not in listed and "&lt;script&gt;alert(1)" in listed


def test_an_unknown_endpoint_or_message_is_not_found(desk: FlaskClient, press: Press) -> None:
    nobody = "01234567-89ab-cdef-0123-456789abcdef"
    assert desk.get(f"/staff/webhooks/{nobody}").status_code == 404
    assert desk.get(f"/staff/webhooks/messages/{nobody}").status_code == 404


def test_buttons_on_the_page_of_a_deleted_endpoint_say_that_it_is_deleted(
    press: Press, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    courier.fan_out()
    [message] = courier.messages(endpoint)
    for _ in range(2):
        answer = press(f"{endpoint.id}/delete")
        assert answer.status_code == 200 and "The endpoint is deleted." in answer.text
    for deed in ("test", "secret", "disable", "enable", "replay", "edit"):
        assert "Somebody has deleted the endpoint." in press(f"{endpoint.id}/{deed}").text
    assert "Somebody has deleted the endpoint." in press(f"messages/{message.id}/replay").text
