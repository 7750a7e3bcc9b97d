"""The notifications' subscribers: who is told what. Each of them only writes to the outbox.

A subscriber that tells something about an application locks it, so that a concurrent erasure waits
and then removes what was written. After an erasure nothing is told, except about money, and that
without a name.
"""

import uuid
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.queries import staff_names
from app.applications.events import PageLinkReplaced
from app.applications.models import Application
from app.applications.promise import open_promise
from app.applications.queries import (
    Terms,
    find_draft,
    get_application,
    holds_still,
    is_held_until_released,
    may_be_written_to,
    share_lock_application,
)
from app.engagements.queries import get_engagement
from app.events.store import read_stream
from app.events.types import RecordedEvent
from app.messages.promise import is_reply_missed
from app.notifications.erasure import erase_mail_about_draft, erase_mail_about_person
from app.notifications.letters import staff_alerts, staff_news, to_client, to_prospect
from app.notifications.letters.decision import decision_letter
from app.notifications.service import tell_staff, write_to, write_to_prospect
from app.scoring.queries import score_of
from app.screening.rules import current_rules


def send_resume_link(session: Session, requested: RecordedEvent) -> None:
    """draft.link_requested → the link into the draft, to the prospect."""
    if draft := find_draft(session, requested.subject_id):
        letter = to_prospect.resume_link(draft)
        write_to(session, requested.data.email, letter, because=requested)


def remind_of_draft(session: Session, expiring: RecordedEvent) -> None:
    """draft.expiring → a reminder with the link into the draft, to the prospect."""
    if draft := find_draft(session, expiring.subject_id):
        letter = to_prospect.draft_expiring(draft, date.fromisoformat(expiring.data.ends_on))
        write_to(session, expiring.data.email, letter, because=expiring)


def erase_draft_mail(session: Session, discarded: RecordedEvent) -> None:
    """draft.discarded → all mail about the draft is erased."""
    erase_mail_about_draft(session, discarded.subject_id)


def confirm_receipt(session: Session, sent: RecordedEvent) -> None:
    """application.submitted, or .released if it was held → a receipt, to the prospect."""
    if is_held_until_released(session, sent):
        return
    application = share_lock_application(session, sent.subject_id)
    promise = open_promise(session, read_stream(session, sent.stream))
    letter = to_prospect.received(application, promise)
    write_to_prospect(session, application, letter, because=sent)


def ask_for_a_look(session: Session, held: RecordedEvent) -> None:
    """application.held → the request to look at it, with the reasons, to staff."""
    application = share_lock_application(session, held.subject_id)
    if application.erased_at is not None:
        return
    letter = staff_alerts.held(application, current_rules().sentences(held.data.signals))
    tell_staff(session, letter, because=held, about=application)


def alert_staff(session: Session, proposed: RecordedEvent) -> None:
    """engagement.proposed → the application with score and proposal, to staff."""
    application = share_lock_application(session, uuid.UUID(proposed.data.application_id))
    score = score_of(session, application.id)
    engagement = get_engagement(session, proposed.subject_id)
    # Without a score, a reviewer's offer created the engagement, which is no news to staff.
    if score is None or application.erased_at is not None:
        return
    letter = staff_news.new_application(application, score, engagement)
    tell_staff(session, letter, because=proposed, about=application)


def alert_staff_of_failure(session: Session, dead: RecordedEvent) -> None:
    """delivery.dead_lettered → the news, with the application if it is about one, to staff."""
    application = _application_of(session, dead.data.event_stream)
    letter = staff_alerts.handling_failed(application, dead.data.subscriber, dead.data.event_type)
    tell_staff(session, letter, because=dead, about=application)


def _application_of(session: Session, stream: str) -> Application | None:
    kind, _, subject_id = stream.partition("-")
    if kind == "engagement":
        engagement = get_engagement(session, uuid.UUID(subject_id))
        return share_lock_application(session, engagement.application_id)
    return share_lock_application(session, uuid.UUID(subject_id)) if kind == "application" else None


def send_decision(session: Session, decided: RecordedEvent) -> None:
    """application.accepted, .declined, .more_requested, .offer_changed, .offer_taken_back → the
    reviewer's answer, to the prospect. If it comes too late for the terms of an offer, the later
    event's mail says what has become of them."""
    application = share_lock_application(session, decided.subject_id)
    if isinstance(decided.data, Terms) and not holds_still(session, application, decided):
        return
    letter = decision_letter(session, application, decided.data, by=_writer_of(session, decided))
    write_to_prospect(session, application, letter, because=decided)


def pass_on_answer(session: Session, provided: RecordedEvent) -> None:
    """application.more_provided → the prospect's answer, to staff."""
    if provided.is_erased:
        return
    application = share_lock_application(session, provided.subject_id)
    letter = staff_news.more_provided(application, provided.data.message)
    tell_staff(session, letter, because=provided, about=application)


def pass_on_message(session: Session, received: RecordedEvent) -> None:
    """message.received → what the prospect wrote, to staff."""
    if received.is_erased:
        return
    application = share_lock_application(session, received.subject_id)
    letter = staff_news.message_from_prospect(application, received.data.message)
    tell_staff(session, letter, because=received, about=application)


def send_message(session: Session, sent: RecordedEvent) -> None:
    """message.sent → what a member of staff wrote, to the prospect."""
    application = share_lock_application(session, sent.subject_id)
    letter = to_prospect.message_from_staff(
        application, sent.data.message, by=_writer_of(session, sent)
    )
    write_to_prospect(session, application, letter, because=sent)


def _writer_of(session: Session, written: RecordedEvent) -> str:
    """The name of the member of staff who caused the event, or "" if it was somebody else."""
    return staff_names(session).get(written.metadata.actor, "")


def announce_withdrawal(session: Session, withdrawn: RecordedEvent) -> None:
    """application.withdrawn → the news, to staff, and a confirmation, to the prospect, unless the
    application was held."""
    if withdrawn.is_erased:
        return
    application = share_lock_application(session, withdrawn.subject_id)
    letter = staff_news.withdrawn(application, withdrawn.data.message)
    tell_staff(session, letter, because=withdrawn, about=application)
    if may_be_written_to(session, application):
        letter = to_prospect.withdrawal_confirmed(application)
        write_to_prospect(session, application, letter, because=withdrawn)


def send_page_link(session: Session, wanted: RecordedEvent) -> None:
    """application.link_requested, .link_replaced → the link to their page, to the prospect."""
    application = share_lock_application(session, wanted.subject_id)
    letter = to_prospect.page_link(application, is_new=isinstance(wanted.data, PageLinkReplaced))
    write_to_prospect(session, application, letter, because=wanted)


def remind_staff(session: Session, due: RecordedEvent) -> None:
    """application.answer_due → a reminder, to staff, unless the application has been answered."""
    application = share_lock_application(session, due.subject_id)
    promise = open_promise(session, read_stream(session, due.stream))
    if promise and promise.is_missed:
        letter = staff_alerts.answer_due(application)
        tell_staff(session, letter, because=due, about=application)


def remind_staff_of_message(session: Session, due: RecordedEvent) -> None:
    """message.reply_due → a reminder, to staff, unless they replied just before it."""
    application = share_lock_application(session, due.subject_id)
    is_erased = application.erased_at is not None
    if is_reply_missed(due, read_stream(session, due.stream)) and not is_erased:
        letter = staff_alerts.reply_due(application)
        tell_staff(session, letter, because=due, about=application)


def announce_agreement(session: Session, accepted: RecordedEvent) -> None:
    """engagement.accepted → the news, to staff, and the contract in writing, to the client."""
    if accepted.is_erased:
        return
    engagement = get_engagement(session, accepted.subject_id)
    application = share_lock_application(session, engagement.application_id)
    letter = staff_news.engagement_accepted(application, engagement)
    tell_staff(session, letter, because=accepted, about=application)
    letter = to_client.agreement_confirmed(application, engagement)
    write_to_prospect(session, application, letter, because=accepted)


def confirm_deposit(session: Session, paid: RecordedEvent) -> None:
    """deposit.paid → a receipt, to the client, and the news, to staff."""
    engagement = get_engagement(session, paid.subject_id)
    application = share_lock_application(session, engagement.application_id)
    amount_cents, currency = paid.data.amount_cents, paid.data.currency
    receipt = to_client.deposit_receipt(
        application, engagement, amount_cents, currency, paid.recorded_at
    )
    write_to_prospect(session, application, receipt, because=paid)
    letter = staff_news.deposit_paid(application, amount_cents, currency, paid.data.method)
    tell_staff(session, letter, because=paid, about=application)


def alert_staff_of_webhook(session: Session, disabled: RecordedEvent) -> None:
    """webhook.endpoint_disabled → the news, to staff, unless they disabled it themselves."""
    if disabled.data.because != "staff":
        letter = staff_alerts.webhook_disabled(
            disabled.subject_id, disabled.data.host, disabled.data.because
        )
        tell_staff(session, letter, because=disabled)


def alert_staff_of_outage(session: Session, opened: RecordedEvent) -> None:
    """circuit.opened → which service is down, to staff, by the services that work."""
    letter = staff_alerts.service_away(opened.data.name, opened.data.failures, opened.data.error)
    tell_staff(session, letter, because=opened, away=opened.data.name)


def erase_mail(session: Session, erased: RecordedEvent) -> None:
    """application.erased → all mail about the person is erased."""
    erase_mail_about_person(session, get_application(session, erased.subject_id))
