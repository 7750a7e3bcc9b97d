"""A restored database lists as unsent what was sent after the backup: nothing leaves until it is
released."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.events import ApplicationSubmitted
from app.bridges.addresses import parse_bridges
from app.bridges.forward import forward_batch
from app.chat import tasks as chat_tasks
from app.notifications.tasks import send_due_mail
from app.webhooks import tasks as webhook_tasks
from app.webhooks.service import add_endpoint
from tests.demo_applications import STRONG
from tests.form_page import token_in
from tests.integration.bridges.conftest import BASE_URL, OtherSide
from tests.settled import wait_until_settled
from tests.smtp_sink import SmtpSink
from tests.submitted import submit_answers
from tests.webhook_receiver import WebhookReceiver

(BRIDGE,) = parse_bridges("kafka://broker:9092/events?from=start")


class World:
    """Everything the site sends to, and the workers that send."""

    def __init__(self, session: Session) -> None:
        self.sink = SmtpSink()
        self.chat = WebhookReceiver()
        self.endpoint = WebhookReceiver()
        self.bridge = OtherSide()
        self._session = session

    def work(self) -> None:
        """Let every sender send what is due."""
        self._session.rollback()
        wait_until_settled()
        send_due_mail()
        chat_tasks.send_messages()
        webhook_tasks.sweep_webhooks()
        webhook_tasks.send_messages()
        while forward_batch(self._session, BRIDGE, self.bridge, base_url=BASE_URL):
            pass

    @property
    def told(self) -> dict[str, int]:
        """The number of messages each has received."""
        return {
            "mail": len(self.sink.mails),
            "chat": len(self.chat.received),
            "webhooks": len(self.endpoint.received),
            "bridge": len(self.bridge.taken),
        }


# The module that checks for the hold, and the senders it checks for.
GUARDS = {
    "app.outbox.claims": {"mail", "chat"},
    "app.webhooks.claims": {"webhooks"},
    "app.bridges.forward": {"bridge"},
}
NOTHING = {"mail": 0, "chat": 0, "webhooks": 0, "bridge": 0}


@pytest.fixture
def world(session: Session, ada: Staff, change_settings: Callable[..., None]) -> Iterator[World]:
    world = World(session)
    with world.sink, world.chat, world.endpoint:
        change_settings(
            SMTP_URL=f"smtp://{world.sink.host}:{world.sink.port}",
            CHAT_WEBHOOK_URL=f"{world.chat.url}/hooks/1",
        )
        add_endpoint(
            session,
            url=world.endpoint.url,
            description="",
            event_types=(ApplicationSubmitted.type,),
            with_personal=False,
            staff_id=ada.id,
        )
        session.commit()
        webhook_tasks.sweep_webhooks()  # an endpoint gets only later events
        yield world


@pytest.fixture
def restored(app: Flask, session: Session, world: World) -> None:
    """A restored database, with an application that is not handled yet."""
    submit_answers(session, STRONG)
    session.commit()
    said = app.test_cli_runner().invoke(args=["events", "restored"]).output
    assert "`flask outbound release`" in said


def test_nothing_is_sent_after_a_restore_until_it_is_released(
    app: Flask, world: World, restored: None, handle_events: Callable[[], None]
) -> None:
    handle_events()
    world.work()
    assert world.told == NOTHING

    assert "is sent now" in app.test_cli_runner().invoke(args=["outbound", "release"]).output
    world.work()
    assert world.told == {"mail": 2, "chat": 1, "webhooks": 1, "bridge": world.told["bridge"]}
    assert world.told["bridge"] > 1
    assert "Nothing is held" in app.test_cli_runner().invoke(args=["outbound", "release"]).output


@pytest.mark.parametrize("guard", GUARDS)
def test_a_sender_that_ignored_the_hold_would_send(
    guard: str,
    world: World,
    restored: None,
    handle_events: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control, for each module that checks."""
    handle_events()
    monkeypatch.setattr(f"{guard}.is_outbound_held", lambda _: False)
    world.work()
    assert {name for name, count in world.told.items() if count} == GUARDS[guard]


def test_staff_see_the_hold_and_can_release_it(
    world: World, restored: None, desk: FlaskClient, handle_events: Callable[[], None]
) -> None:
    handle_events()
    page = desk.get("/staff/events/").text
    assert "Nothing leaves the site" in page and "2 mails wait" in page
    assert "outbound_held_seconds 0.0\n" not in desk.get("/metrics").text
    token = token_in(page)
    desk.post("/staff/events/release", data={"csrf_token": token})
    page = desk.get("/staff/events/").text
    assert "Nothing leaves the site" not in page and "What waited is sent now." in page
    desk.post("/staff/events/release", data={"csrf_token": token})
    assert "Nothing was held back any more." in desk.get("/staff/events/").text
    assert "outbound_held_seconds 0.0\n" in desk.get("/metrics").text
    world.work()
    assert world.told["mail"] == 2
