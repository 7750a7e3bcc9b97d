"""What Stripe's words for the state of a refund or a dispute mean, and what staff call them."""

from typing import Final

from app.web.rendering import Badge

# Stripe's statuses of a dispute that is over; in any other it is open.
OVER: Final = {
    "won": "Won: the payment stands",
    "lost": "Lost: the bank has taken the money back",
    "warning_closed": "Closed: the bank only asked",
    "prevented": "Closed before it became a dispute",
}
REFUNDS: Final = {
    "pending": Badge("Under way", "open"),
    "succeeded": Badge("Refunded", "good"),
    "failed": Badge("Failed", "warning"),
    "canceled": Badge("Cancelled", "neutral"),
}


def is_over(status: str) -> bool:
    """Whether a dispute in that status is closed."""
    return status in OVER


def is_inquiry(status: str) -> bool:
    """Whether the bank only asks, and has taken nothing back."""
    return status.startswith("warning_")


def phase_of(status: str) -> str:
    """What events tell of it: "inquiry" or "dispute" while it is open, then how it ended."""
    if is_over(status):
        return status
    return "inquiry" if is_inquiry(status) else "dispute"


def wants_answer(status: str) -> bool:
    """Whether it waits for us: it is neither over nor with the bank, after our answer."""
    return not is_over(status) and not status.endswith("under_review")


def dispute_state(status: str) -> Badge:
    if is_over(status):
        return Badge(OVER[status], "warning" if status == "lost" else "neutral")
    return Badge("The bank asks about it" if is_inquiry(status) else "Open", "warning")


def refund_state(status: str) -> Badge:
    return REFUNDS[status]
