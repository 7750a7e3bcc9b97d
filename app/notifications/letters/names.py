"""What staff call each letter. The outbox has only the name of its template."""

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "resume_link": "Link back into the form",
    "draft_expiring": "Reminder of an unsent form",
    "received": "Receipt of an application",
    "page_link": "Link to the prospect’s page",
    "message_from_staff": "Message to the prospect",
    "more_requested": "Question to the prospect",
    "declined": "Answer that declines",
    "withdrawal_confirmed": "Receipt of a withdrawal",
    "accepted": "Answer with the offer",
    "offer_changed": "Changed offer",
    "offer_taken_back": "Offer taken back",
    "agreement_confirmed": "Contract in writing",
    "deposit_receipt": "Receipt of a deposit",
    "new_application": "To staff: new application",
    "more_provided": "To staff: answer to a question",
    "message_from_prospect": "To staff: message of a prospect",
    "withdrawn": "To staff: withdrawal",
    "engagement_accepted": "To staff: agreement",
    "deposit_paid": "To staff: deposit paid",
    "answer_due": "To staff: answer due",
    "held": "To staff: held application",
    "reply_due": "To staff: reply due",
    "waiting_at_the_desk": "To staff: what waits in the morning",
    "service_away": "To staff: service out of reach",
    "webhook_disabled": "To staff: webhooks disabled",
    "handling_failed": "To staff: step that failed",
    "deposit_overpaid": "To staff: deposit paid twice",
    "refund_failed": "To staff: refund that failed",
    "deposit_disputed": "To staff: payment disputed",
    "dispute_closed": "To staff: dispute closed",
}


def letter_name(template: str) -> str:
    """The name of the letter, or the template's if another release wrote the mail."""
    return NAMES.get(template, template)
