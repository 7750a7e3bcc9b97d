"""Messages sent long ago are deleted; those still to be sent are not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.platform.database import utc_now
from app.webhooks import retention
from app.webhooks.models import WebhookTry
from app.webhooks.retention import forget_messages
from tests.integration.webhooks.conftest import Add, Courier, Happen
from tests.site import eventually
from tests.webhook_receiver import Reply, WebhookReceiver


def test_old_delivered_messages_are_deleted_with_their_tries_and_later_ones_kept(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    courier.work()
    between = utc_now() + timedelta(milliseconds=1)
    while utc_now() <= between:
        pass
    happen()
    courier.work()
    assert forget_messages(session, between) == 1
    assert len(courier.messages(endpoint)) == 1
    assert session.scalar(select(func.count()).select_from(WebhookTry)) == 1
    assert forget_messages(session, between) == 0


def test_a_waiting_message_is_kept_however_old_it_is(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: Reply(500)
    endpoint = add()
    happen()
    courier.work()
    assert forget_messages(session, utc_now() + timedelta(days=1)) == 0
    assert [message.status for message in courier.messages(endpoint)] == ["waiting"]


def test_many_messages_are_deleted_in_batches(
    session: Session, add: Add, happen: Happen, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    endpoint = add()
    for _ in range(3):
        happen()

    def all_delivered() -> bool:
        courier.work()
        return [one.status for one in courier.messages(endpoint)] == ["delivered"] * 3

    eventually(all_delivered)
    tomorrow = utc_now() + timedelta(days=1)
    assert [forget_messages(session, tomorrow) for _ in range(2)] == [2, 1]
