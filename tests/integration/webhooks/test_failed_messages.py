"""Messages that have failed for good, on their endpoint's page."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.webhooks import queries
from tests.integration.webhooks.conftest import Add, Courier, Happen, Press


def test_failed_messages_stay_in_view_however_much_was_sent_since(
    desk: FlaskClient,
    add: Add,
    happen: Happen,
    courier: Courier,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "LATEST_MESSAGES", 2)
    endpoint = add()
    for _ in range(6):
        happen()
    courier.fan_out()
    first, *failed, _, last = (str(one.id) for one in courier.messages(endpoint))
    session.execute(text("UPDATE webhook_messages SET status = 'delivered'"))
    session.commit()
    assert "failed</h2>" not in desk.get(f"/staff/webhooks/{endpoint.id}").text
    session.execute(
        text("UPDATE webhook_messages SET status = 'failed' WHERE id::text = ANY(:ids)"),
        {"ids": [*failed, last]},
    )
    session.commit()
    page = desk.get(f"/staff/webhooks/{endpoint.id}").text
    latest, earlier = page.split("Earlier ones that failed</h2>")
    assert latest.count(last) == 1 and not any(one in latest for one in failed)
    assert re.findall(r"/messages/([0-9a-f-]{36})", earlier) == failed[:0:-1]
    assert first not in page and "The latest 2 of 3 are shown." in earlier


def test_an_expired_page_keeps_the_start_time_of_a_replay(add: Add, press: Press) -> None:
    answer = press(f"{add().id}/replay", csrf_token="old", since="2026-11-29T07:30")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and 'value="2026-11-29T07:30"' in answer.text


def test_the_start_time_of_a_replay_is_kept_for_a_signed_out_user(
    client: FlaskClient, add: Add
) -> None:
    sent = {"since": "2026-11-29T07:30"}
    answer = client.post(f"/staff/webhooks/{add().id}/replay", data=sent)
    assert answer.status_code == 401 and 'value="2026-11-29T07:30"' in answer.text
