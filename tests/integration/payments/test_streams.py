"""Every event of a whole engagement is in a stream of the kind its type declares."""

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.types import declared_events
from tests.integration.payments.actors import Handle, Payer, PostWebhook, Standin


def test_every_event_is_in_a_stream_of_its_declared_kind(
    app: Flask,
    standin: Standin,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    session: Session,
) -> None:
    standin.pay(payer.press_pay().location)
    assert post_webhook(*standin.next_webhook("checkout.session.completed")).status_code == 200
    handle_events()
    recorded = session.execute(text("SELECT DISTINCT type, stream FROM events")).all()
    kinds = {type_: stream.partition("-")[0] for type_, stream in recorded}
    assert {"application.submitted", "engagement.accepted", "deposit.paid"} <= set(kinds)
    assert kinds == {type_: declared_events()[type_].stream_kind for type_ in kinds}
