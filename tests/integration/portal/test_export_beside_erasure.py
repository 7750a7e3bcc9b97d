"""The export contains what an erasure removes: each column that an erasure clears is either
exported word for word, or left out for a reason given here."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.drafts.resume_link import request_resume_link
from app.applications.erasure import erase_person
from app.applications.events import ApplicationAccepted
from app.applications.models import Application, Draft
from app.attachments.models import Attachment
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import stream_of
from app.payments.deposits import Transfer, owe_deposit, pay_deposit
from app.payments.models import CheckoutAttempt, StripeEvent
from app.platform.database import db, new_id, utc_now
from app.portal.export import export_own_data, export_person
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookTry
from tests.integration.portal.conftest import Decide, Send

Handle = Callable[[], None]
Cell = tuple[str, str]
Rows = dict[tuple[object, ...], dict[str, Any]]

# Columns that an erasure changes, and that say nothing about anybody.
OF_THE_ERASURE = {
    ("applications", "version"),
    ("applications", "erased_at"),
    ("attachments", "removed_at"),
    ("person_keys", "erased_at"),
}
NOT_IN_THE_EXPORT = {
    ("drafts", "answers"): "The application has them, with those of the last page.",
    ("mail_messages", "html"): "The text of the mail, marked up.",
    ("mail_messages", "key"): "It names the recipient, whom the export names.",
    ("person_keys", "key"): "What the events are sealed with; the export has them opened.",
    ("queue_rows", "search_text"): "Name, company, address and reference in one, to search in.",
    ("webhook_attempts", "answer"): "What another server said to an event that the export has.",
}
SENT = (
    text("UPDATE mail_messages SET status = 'sent', sent_at = now()"),
    text("UPDATE chat_messages SET status = 'sent', sent_at = now()"),
)


@pytest.fixture(autouse=True)
def channel(change_settings: Callable[..., None]) -> None:
    """Staff have a chat channel, which is sent messages too."""
    change_settings(CHAT_WEBHOOK_URL="http://127.0.0.1:1/")


@pytest.fixture
def client_of_ours(
    session: Session,
    application: Application,
    ada: Staff,
    decide: Decide,
    send: Send,
    handle_events: Handle,
) -> Application:
    """A client who asked for a link into their draft at another address than they applied with,
    attached a file, agreed, tried to pay by card and paid by transfer. Another server was told."""
    draft = session.get_one(Draft, application.draft_id)
    draft.answers = {**draft.answers, "email": "earlier@client.example"}
    request_resume_link(session, draft)
    session.add(a_file(draft))
    session.commit()
    decide(ApplicationAccepted(message="Welcome.", kind="sprint", total_cents=1_250_000))
    assert send("agreement", name="Marguerite Okonkwo").status_code == 303
    pay(session, application, ada)
    tell_a_server(session, application, ada)
    session.commit()
    handle_events()
    for sent in SENT:
        session.execute(sent)
    session.commit()
    return application


def a_file(draft: Draft) -> Attachment:
    now = utc_now()
    return Attachment(
        draft_id=draft.id, name="Flow.pdf", kind="pdf", size_bytes=9, reserved_at=now, stored_at=now
    )


def pay(session: Session, application: Application, ada: Staff) -> None:
    engagement = engagement_of(session, application.id)
    assert engagement
    deposit = owe_deposit(session, engagement)
    asked = {"customer_email": application.email}
    said = {"data": {"object": {"customer_details": asked}}}
    session.add_all(
        [
            CheckoutAttempt(
                deposit_id=deposit.id,
                idempotency_key="checkout-1",
                request=asked,
                status="expired",
                expires_at=utc_now(),
            ),
            StripeEvent(
                stripe_event_id="evt_1",
                type="checkout.session.expired",
                payload=said,
                deposit_id=deposit.id,
                outcome="The payment page has expired.",
                handled_at=utc_now(),
            ),
        ]
    )
    pay_deposit(session, deposit, transfer=Transfer(ada.id, utc_now().date(), "OKONKWO 4711"))


def tell_a_server(session: Session, application: Application, ada: Staff) -> None:
    submitted, *_ = read_stream(session, stream_of("application", application.id))
    endpoint = WebhookEndpoint(
        id=new_id(),
        url="https://crm.example/",
        description="",
        event_types=[],
        with_personal=True,
        secret="whsec_1",
        created_by_id=ada.id,
    )
    message = WebhookMessage(
        id=new_id(), event_id=submitted.id, endpoint_id=endpoint.id, status="delivered"
    )
    answer = WebhookTry(
        message_id=message.id,
        started_at=utc_now(),
        duration_ms=1,
        http_status=200,
        answer=f"Taken for {application.email}.",
    )
    for row in (endpoint, message, answer):
        session.add(row)
        session.flush()


def every_row(session: Session) -> dict[str, Rows]:
    """All tables, each row by its key."""
    session.rollback()
    tables: dict[str, Rows] = {}
    for name, table in db.metadata.tables.items():
        keys = [column.name for column in table.primary_key]
        rows = session.execute(select(table)).mappings().all()
        tables[name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
    return tables


def cleared_between(before: dict[str, Rows], after: dict[str, Rows]) -> dict[Cell, list[Any]]:
    """The earlier values of the columns that have changed."""
    cleared: dict[Cell, list[Any]] = {}
    for table, rows in before.items():
        for key, row in rows.items():
            left = after[table].get(key, {})
            for column, value in row.items():
                if left.get(column) != value and (table, column) not in OF_THE_ERASURE:
                    cleared.setdefault((table, column), []).append(value)
    return cleared


def parts_of(exported: Any) -> Iterator[Any]:
    """Every value in it, at any depth."""
    yield exported
    if isinstance(exported, dict | list):
        for value in exported.values() if isinstance(exported, dict) else exported:
            yield from parts_of(value)


def test_the_export_contains_what_an_erasure_clears(
    session: Session, client_of_ours: Application, handle_events: Handle
) -> None:
    exported = list(parts_of(export_person(session, client_of_ours)))
    before = every_row(session)
    erase_person(session, client_of_ours.id, actor="operator:ada")
    session.commit()
    handle_events()
    cleared = cleared_between(before, every_row(session))
    missing = {cell for cell, values in cleared.items() if any(v not in exported for v in values)}
    assert missing == NOT_IN_THE_EXPORT.keys()


def test_a_prospects_download_has_mail_about_the_draft_and_what_names_them_as_payer(
    session: Session, client_of_ours: Application
) -> None:
    own = export_own_data(session, client_of_ours)
    assert {mail["to"] for mail in own["mail"]} == {
        client_of_ours.email,
        "earlier@client.example",
    }
    payment = own["payment"]
    assert payment["bank_reference"] == "OKONKWO 4711"
    assert payment["asked_of_stripe"][0]["request"] == {"customer_email": client_of_ours.email}
    assert client_of_ours.email in parts_of(payment["said_by_stripe"])
