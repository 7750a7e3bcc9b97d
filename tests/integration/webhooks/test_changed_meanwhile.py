"""An endpoint that staff change at the moment the courier disables it."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.events.store import read_stream
from app.events.types import stream_of
from app.webhooks import messages, service
from app.webhooks.models import WebhookEndpoint
from tests.integration.waiting import waiting
from tests.integration.webhooks.conftest import Add

STAFF = "staff:ada"
Change = Callable[[Session, WebhookEndpoint], object]


def happened(session: Session, endpoint_id: uuid.UUID) -> list[str]:
    """The types of the endpoint's events after the first."""
    session.rollback()
    stream = read_stream(session, stream_of("webhook", endpoint_id))
    return [recorded.type.removeprefix("webhook.") for recorded in stream][1:]


def change_as_it_is_disabled(
    app: Flask, session: Session, endpoint: WebhookEndpoint, change: Change
) -> None:
    endpoint_id = endpoint.id
    # The courier holds this lock while it notes an answer.
    session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True)
    with waiting(app, lambda beside: change(beside, beside.get_one(WebhookEndpoint, endpoint_id))):
        service.disable_endpoint(session, endpoint, because="gone", actor="system:courier")
        session.commit()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s, e: messages.send_test(s, e, actor=STAFF), "tested"),
        (lambda s, e: service.delete_endpoint(s, e, actor=STAFF), "endpoint_deleted"),
        (lambda s, e: service.rotate_secret(s, e, actor=STAFF), "secret_rotated"),
        (lambda s, e: service.enable_endpoint(s, e, actor=STAFF), "endpoint_enabled"),
    ],
)
def test_a_change_made_while_the_endpoint_is_being_disabled_is_recorded_afterwards(
    app: Flask, session: Session, add: Add, change: Change, told: str
) -> None:
    endpoint = add()
    endpoint_id = endpoint.id
    change_as_it_is_disabled(app, session, endpoint, change)
    assert happened(session, endpoint_id) == ["endpoint_disabled", told]


def test_an_endpoint_already_disabled_is_not_disabled_again(
    app: Flask, session: Session, add: Add
) -> None:
    endpoint = add()

    def disable(beside: Session, subject: WebhookEndpoint) -> None:
        service.disable_endpoint(beside, subject, because="staff", actor=STAFF)

    change_as_it_is_disabled(app, session, endpoint, disable)
    assert happened(session, endpoint.id) == ["endpoint_disabled"]
    assert endpoint.disabled_because == "gone"


def test_when_two_people_delete_an_endpoint_the_second_is_told_that_it_is_gone(
    app: Flask, session: Session, add: Add
) -> None:
    endpoint = add()
    endpoint_id = endpoint.id
    told: list[object] = []

    def delete(beside: Session) -> None:
        subject = beside.get_one(WebhookEndpoint, endpoint_id)
        try:
            service.delete_endpoint(beside, subject, actor=STAFF)
        except service.EndpointGone as gone:
            told.extend(gone.args)

    service.lock_endpoint(session, endpoint)
    with waiting(app, delete):
        service.delete_endpoint(session, endpoint, actor=STAFF)
        session.commit()
    assert told == [endpoint_id]
    assert happened(session, endpoint_id) == ["endpoint_deleted"]
