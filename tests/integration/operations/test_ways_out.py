"""What the operator's page says of webhook endpoints, mail and the chat channel."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.questions.questionnaire import current_questionnaire
from app.chat.models import ChatMessage
from app.circuits.events import CircuitOpened
from app.events.store import record
from app.events.subscription import current_subscriptions
from app.notifications.models import MailMessage
from app.notifications.queries import LATEST_FAILED
from app.operations.replay.preview import preview_replay
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from app.webhooks.service import add_endpoint, disable_endpoint
from tests.integration.operations.conftest import Choose, Desk, Handle, Submit, refuse_to_score

REFUSED = text("UPDATE chat_messages SET status = 'failed', last_error = 'HTTP 404'")
REFUSED_MAIL = text("""
UPDATE mail_messages
SET status = 'failed', claimed_at = now(), refusals = 20, last_error = 'SMTPDataError (550)'
""")
MANY_LIKE_IT = text("""
INSERT INTO mail_messages (id, key, correlation_id, template, recipient, subject, text, html,
    message_id, status)
SELECT gen_random_uuid(), n, '', 'test', 'a@client.example', 'Again', '', '', n, 'failed'
FROM generate_series(1, :more) AS n
""")
MARKUP = "<b>bold</b>{{7*7}}"


@pytest.fixture
def channel(change_settings: Callable[..., None]) -> str:
    """Give staff a chat channel; return the secret part of its address."""
    change_settings(CHAT_WEBHOOK_URL="https://chat.example/hooks/T0P-S3CR3T")
    return "T0P-S3CR3T"


@pytest.fixture
def add(session: Session, desk: Desk) -> Callable[[str], WebhookEndpoint]:
    """Add an endpoint at that host."""
    staff = session.scalars(select(Staff)).one()

    def add(host: str) -> WebhookEndpoint:
        endpoint = add_endpoint(
            session,
            url=f"https://{host}/events?key=T0P-S3CR3T",
            description=MARKUP,
            event_types=[],
            with_personal=False,
            staff_id=staff.id,
        )
        session.commit()
        return endpoint

    return add


def test_webhook_endpoints_are_listed_with_state_and_link_and_those_in_trouble_come_first(
    desk: Desk, session: Session, submit: Submit, add: Callable[[str], WebhookEndpoint]
) -> None:
    submit()
    assert 'id="webhooks-title"' not in desk.get("/staff/events/")
    event_id = session.scalar(text("SELECT id FROM events"))
    well, failing, disabled = add("well.example"), add("failing.example"), add("gone.example")
    session.add(WebhookMessage(event_id=event_id, endpoint_id=well.id))
    session.add(WebhookMessage(event_id=event_id, endpoint_id=failing.id, status="failed"))
    failing.failures_in_a_row = 1
    disable_endpoint(session, disabled, because="gone", actor="system:test")
    session.commit()
    page = desk.get("/staff/events/")
    assert "4 events have no messages yet, the oldest for" in page
    rows = page.split('id="webhooks-title"')[1].split("<tr>")[2:5]
    shown = [
        (failing.id, "failing.example", "Failing", 'Waiting">0<', 'Failed">1<'),
        (disabled.id, "gone.example", "Disabled: it said 410 Gone"),
        (well.id, "well.example", "Enabled", 'Waiting">1<', 'Failed">0<'),
    ]
    for row, parts in zip(rows, shown, strict=True):
        assert all(str(part) in row for part in parts), row
    assert "T0P-S3CR3T" not in page and MARKUP not in page


def test_refused_mail_of_every_kind_is_shown_and_can_be_sent_again(
    desk: Desk, session: Session, submit: Submit, handle_events: Handle
) -> None:
    application = submit(company=MARKUP)
    draft = start_draft(session, current_questionnaire())
    draft.answers, draft.complete_steps = {"email": "stranger@elsewhere.example"}, ["you"]
    request_resume_link(session, draft)
    away = CircuitOpened(name="stripe", failures=5, error="TimeoutError")
    record(session, "circuit-stripe", away, actor="system:circuits")
    session.commit()
    handle_events()
    assert 'id="mail-title"' not in desk.get("/staff/events/")
    session.execute(REFUSED_MAIL)
    session.commit()
    page = desk.get("/staff/events/").split('id="mail-title"')[1].split("</section>")[0]
    for part in (
        "Out of reach: Stripe",
        "Link back into the form",
        "SMTPDataError (550)",
        "all 4 of them",
    ):
        assert part in page, part
    assert f'/staff/applications/{application.id}#mail-title"><bdi>&lt;b&gt;bold' in page
    assert "stranger" not in page and MARKUP not in page
    desk.post("/staff/events/mail/send-again")
    assert "4 mails are queued again." in desk.get("/staff/events/")
    desk.post("/staff/events/mail/send-again")  # from a page that was open before
    page = desk.get("/staff/events/")
    assert "no mail is refused any more" in page and 'id="mail-title"' not in page
    session.rollback()
    queued = session.execute(select(MailMessage.status, MailMessage.refusals)).all()
    assert queued == [("queued", 0)] * 4


def test_only_the_latest_of_many_refused_mails_are_shown(
    desk: Desk, session: Session, submit: Submit, handle_events: Handle
) -> None:
    submit()
    handle_events()
    session.execute(REFUSED_MAIL)
    session.execute(MANY_LIKE_IT, {"more": LATEST_FAILED})
    session.commit()
    page = desk.get("/staff/events/").split('id="mail-title"')[1].split("</section>")[0]
    assert page.count("<tr>") == 1 + LATEST_FAILED
    assert f"The latest {LATEST_FAILED} of {LATEST_FAILED + 2} are shown." in page


def test_the_channel_shows_what_is_waiting_and_refused_messages_can_be_sent_again(
    desk: Desk, session: Session, submit: Submit, handle_events: Handle, channel: str
) -> None:
    assert "Nothing yet" in desk.get("/staff/events/").split('id="chat-title"')[1]
    application = submit(company=MARKUP)
    handle_events()
    page = desk.get("/staff/events/").split('id="chat-title"')[1]
    assert 'data-label="Waiting">1<' in page and "Well" in page and "again" not in page
    session.execute(REFUSED)
    session.commit()
    page = desk.get("/staff/events/")
    for part in ("Refused", "HTTP 404", "Send again what was refused"):
        assert part in page.split('id="chat-title"')[1], part
    assert ": 1 refused chat message<" in page
    beside = desk.get(f"/staff/applications/{application.id}").split('id="chat-title"')[1]
    assert "HTTP 404" in beside and "points: &lt;b&gt;bold" in beside and MARKUP not in beside
    assert channel not in page + beside
    desk.post("/staff/events/chat/send-again")
    session.rollback()
    assert session.scalars(select(ChatMessage.status)).all() == ["queued"]


def test_the_page_says_that_the_channel_is_switched_off_and_offers_no_button(
    channel: str,
    desk: Desk,
    session: Session,
    submit: Submit,
    handle_events: Handle,
    change_settings: Callable[..., None],
) -> None:
    submit()
    handle_events()
    session.execute(REFUSED)
    session.commit()
    change_settings(CHAT_WEBHOOK_URL="")
    frame, page = desk.get("/staff/events/").split('id="chat-title"')
    assert "refused" not in frame
    assert "Switched off" in page and "Send again" not in page
    desk.post("/staff/events/chat/send-again")  # from a page that was open before
    assert "Nothing is sent again" in desk.get("/staff/events/")
    session.rollback()
    assert session.scalars(select(ChatMessage.status)).all() == ["failed"]


def test_without_a_channel_neither_page_mentions_one(
    desk: Desk, submit: Submit, handle_events: Handle
) -> None:
    application = submit()
    handle_events()
    for path in ("/staff/events/", f"/staff/applications/{application.id}"):
        assert 'id="chat-title"' not in desk.get(path)


@pytest.mark.usefixtures("channel")
def test_a_preview_shows_what_the_channel_would_receive_and_sends_it_nothing(
    desk: Desk,
    session: Session,
    submit: Submit,
    handle_events: Handle,
    choose: Choose,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("app.notifications.letters.staff_news.new_application", refuse_to_score)
        application = submit(company=MARKUP)
        handle_events()
    session.execute(text("DELETE FROM chat_messages"))
    session.commit()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    replay_id = choose(letter)
    [foreseen] = preview_replay(replay_id, current_subscriptions()).values()
    assert [application.reference in text for text in foreseen.chat] == [True]
    assert [(rows.table, rows.added) for rows in foreseen.rows] == [
        ("chat_messages", 1),
        ("mail_messages", 1),
    ]
    page = desk.get(f"/staff/events/replays/{replay_id}")
    assert "Chat messages" in page and "points: &lt;b&gt;bold" in page
    session.rollback()
    assert session.scalars(select(ChatMessage)).all() == []
