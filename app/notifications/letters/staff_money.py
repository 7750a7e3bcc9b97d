"""Letters that tell staff of money that has to go back, or that a bank takes back."""

from datetime import datetime

from app.applications.models import Application
from app.notifications.letters.letter import Letter
from app.notifications.letters.links import desk_page
from app.web.deadline import deadline
from app.web.rendering import as_word, isolated, money

OUTCOMES = {
    "won": "The bank has decided for us: the payment stands.",
    "lost": "The bank has decided for the client, and the money has gone back to the card.",
    "warning_closed": "The bank only asked, and takes nothing back.",
    "prevented": "It was closed before it became a dispute: the payment stands.",
}


def deposit_overpaid(application: Application, amount_cents: int, currency: str) -> Letter:
    """A deposit was paid twice, perhaps by somebody who has since been erased."""
    amount, who = money(amount_cents, currency), isolated(application.title)
    tell = "" if application.erased_at else f" and tell {isolated(application.name)}"
    return Letter(
        template="deposit_overpaid",
        subject=f"Paid twice: {who}, refund {amount} ({application.reference})",
        paragraphs=(
            f"{who} has paid {amount} by card for a deposit that had already been paid. Refund the"
            f" card payment at Stripe{tell}.",
        ),
        action=("Open the application", desk_page(application)),
    )


def refund_failed(application: Application, amount_cents: int, currency: str) -> Letter:
    """The payer's bank did not take a refund."""
    amount, who = money(amount_cents, currency), isolated(application.title)
    how = "ask the client for an account"
    if application.erased_at:
        how = "only Stripe knows who paid"
    return Letter(
        template="refund_failed",
        subject=f"Refund failed: {who}, {amount} ({application.reference})",
        paragraphs=(
            f"The refund of {amount} to {who} did not reach the card, and the money is at Stripe"
            f" again. Send it another way: {how}.",
        ),
        action=("Open the application", desk_page(application)),
    )


def deposit_disputed(
    application: Application,
    amount_cents: int,
    currency: str,
    *,
    reason: str,
    answer_by: datetime | None,
    is_inquiry: bool,
) -> Letter:
    """The payer's bank takes a payment back, or asks about it. Silence loses it."""
    amount, who = money(amount_cents, currency), isolated(application.title)
    does, title = ("asks about", "Bank asks") if is_inquiry else ("disputes", "Disputed")
    taken = (
        "Nothing is taken back yet."
        if is_inquiry
        else "Until the bank decides, Stripe holds back the amount, and a fee."
    )
    brief, rest = "See it at Stripe.", ", which names no day for an answer."
    ask = " Ask the client first; it may be a mistake, which they can take back at their bank."
    if application.erased_at:
        ask = ""
    if answer_by:
        brief = f"Answer at Stripe by {deadline(answer_by)}."
        rest = ": without an answer the bank decides for the client."
    return Letter(
        template="deposit_disputed",
        subject=f"{title}: {who}, {amount} ({application.reference})",
        in_brief=brief,
        paragraphs=(
            f"The bank of the card {does} the payment of {amount} by {who}. The reason given:"
            f" {as_word(reason)}. {taken}",
            f"{brief.removesuffix('.')}{rest}{ask}",
        ),
        action=("Open the application", desk_page(application)),
    )


def dispute_closed(
    application: Application, amount_cents: int, currency: str, outcome: str
) -> Letter:
    """A dispute is over; ``outcome`` is Stripe's word for how."""
    amount, who = money(amount_cents, currency), isolated(application.title)
    said = OUTCOMES.get(outcome, f"Stripe calls it “{as_word(outcome)}”.")
    return Letter(
        template="dispute_closed",
        subject=f"Dispute closed: {who}, {amount} ({application.reference})",
        in_brief=said,
        paragraphs=(f"The dispute of {amount} by {who} is closed. {said}",),
        action=("Open the application", desk_page(application)),
    )
