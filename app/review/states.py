"""The states of an application in staff's words: the firm accepts one or declines it, the prospect
withdraws it."""

from typing import Final

from app.web.rendering import Badge

STATES: Final = {
    "submitted": Badge("To decide", "open"),
    "more_requested": Badge("Question asked", "warning"),
    "held": Badge("Held", "warning"),
    "accepted": Badge("Accepted", "good"),
    "declined": Badge("Declined", "neutral"),
    "withdrawn": Badge("Withdrawn", "neutral"),
    "dismissed": Badge("Dismissed", "neutral"),
    "erased": Badge("Erased", "neutral"),
}

# What the queue can be narrowed to; what was erased is listed under All.
STATUSES: Final = tuple(status for status in STATES if status != "erased")


def application_state(status: str) -> Badge:
    return STATES[status]
