"""An application's statuses in the staff's words: the firm accepts or declines it, or takes its
offer back; the prospect withdraws it."""

from typing import Final

from app.web.rendering import Badge

STATES: Final = {
    "submitted": Badge("To decide", "open"),
    "more_requested": Badge("Question asked", "warning"),
    "held": Badge("Held", "warning"),
    "accepted": Badge("Accepted", "good"),
    "declined": Badge("Declined", "neutral"),
    "taken_back": Badge("Offer taken back", "neutral"),
    "withdrawn": Badge("Withdrawn", "neutral"),
    "dismissed": Badge("Dismissed", "neutral"),
    "erased": Badge("Erased", "neutral"),
}

# The statuses that the queue can be narrowed to; erased applications are listed under All.
STATUSES: Final = tuple(status for status in STATES if status != "erased")


def application_state(status: str) -> Badge:
    return STATES[status]
