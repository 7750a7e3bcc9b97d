"""Exports everything that is stored about one applicant, as JSON."""

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.applications.models import Application, Draft
from app.applications.questions.readable import readable_answers
from app.applications.questions.versions import questionnaire_of
from app.attachments.queries import attachments_of
from app.chat.queries import chat_about
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of, streams_about
from app.events.store import read_stream_leniently
from app.events.types import RecordedEvent, stream_of
from app.firm.brand import current_brand
from app.notifications.queries import mail_about_person
from app.payments.queries import PayerRecords, payer_records
from app.platform.languages.choice import in_language
from app.portal.trail import WITHHELD

LEFT_OUT = (
    "How we judged the application, drafts of the proposal, who of our staff looked after it, and"
    " notes, mail and chat among them."
)


def export_person(session: Session, application: Application) -> dict[str, Any]:
    """The application with its answers, in words and as stored; its attached files (by name, the
    person's own page has their content); every event about it in the order of the log; every mail;
    the payment's records; and what the staff's chat channel was told. Times are UTC."""
    engagement = engagement_of(session, application.id)
    streams = [stream_of("draft", application.draft_id), *streams_about(application, engagement)]
    events = [event for stream in streams for event in read_stream_leniently(session, stream)]
    return {
        "reference": application.reference,
        "name": application.name,
        "email": application.email,
        "company": application.company,
        "sent_at": application.submitted_at,
        "answers_in_words": _in_words(session, application),
        "answers": application.answers,
        "attachments": [
            {"name": file.name, "size_bytes": file.size_bytes, "attached_at": file.stored_at}
            for file in attachments_of(session, application.draft_id)
        ],
        "events": [_event(event) for event in sorted(events, key=lambda event: event.position)],
        "mail": [
            {"to": mail.recipient, "subject": mail.subject, "text": mail.text, "sent": mail.sent_at}
            for mail in mail_about_person(session, application)
        ],
        "payment": _payment(session, engagement) if engagement else None,
        "chat": [
            {"text": message.text, "sent": message.sent_at}
            for message in chat_about(session, application.id)
        ],
    }


def export_own_data(session: Session, application: Application) -> dict[str, Any]:
    """The export that prospects can download themselves. It leaves out the firm's own notes and
    what its staff tell each other, and says how to ask for these; it also leaves out the link back
    into the form, since somebody else may get hold of the file."""
    exported = export_person(session, application)
    del exported["chat"]
    # Mail about the draft went to the address that it had then.
    theirs = {event["data"].get("email") for event in exported["events"]}
    token = session.get_one(Draft, application.draft_id).resume_token
    return {
        "left_out": f"{LEFT_OUT} Write to {current_brand().email} if you want those too.",
        **exported,
        "events": [
            {**event, "data": {k: v for k, v in event["data"].items() if v != token}}
            for event in exported["events"]
            if event["type"] not in WITHHELD
        ],
        "mail": [
            {**mail, "text": mail["text"].replace(token, "…")}
            for mail in exported["mail"]
            if mail["to"] in theirs
        ],
    }


def _in_words(session: Session, application: Application) -> list[dict[str, Any]]:
    """The answers as the prospect's page shows them, in the language of the application."""
    with in_language(application.language):
        questionnaire = questionnaire_of(session, application.questions_version)
        return [
            {"page": step.title, "question": question, "answer": answer}
            for step, rows in readable_answers(application.answers, questionnaire)
            for question, answer in rows
            if answer
        ]


def _payment(session: Session, engagement: Engagement) -> dict[str, Any] | None:
    """The deposit, our requests to Stripe, what was refunded or disputed, and Stripe's reports;
    None if there is no deposit."""
    records = payer_records(session, engagement.id)
    if records is None:
        return None
    deposit = records.deposit
    return {
        "amount_cents": deposit.amount_cents,
        "currency": deposit.currency,
        "status": deposit.status,
        "method": deposit.method,
        "paid_at": deposit.paid_at,
        "received_on": deposit.received_on,
        "bank_reference": deposit.bank_reference,
        "asked_of_stripe": [
            {"request": attempt.request, "at": attempt.created_at} for attempt in records.attempts
        ],
        **_afterwards(records),
        "said_by_stripe": [
            {"type": report.type, "payload": report.payload, "at": report.received_at}
            for report in records.reports
        ],
    }


def _afterwards(records: PayerRecords) -> dict[str, Any]:
    """What was refunded and disputed of the payments."""
    return {
        "refunds": [
            {
                "amount_cents": refund.amount_cents,
                "status": refund.status,
                "made_on": refund.made_on,
                "bank_reference": refund.bank_reference,
            }
            for refund in records.refunds
        ],
        "disputes": [
            {
                "amount_cents": dispute.amount_cents,
                "currency": dispute.currency,
                "reason": dispute.reason,
                "status": dispute.status,
                "at": dispute.created_at,
            }
            for dispute in records.disputes
        ],
    }


def _event(recorded: RecordedEvent) -> dict[str, Any]:
    return {
        "id": recorded.id,
        "type": recorded.type,
        "stream": recorded.stream,
        "version": recorded.version,
        "recorded_at": recorded.recorded_at,
        "data": msgspec.to_builtins(recorded.data),
    }
