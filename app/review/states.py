"""The states of an application in staff's words: the firm accepts one or declines it, the prospect
withdraws it."""

from typing import Final

from app.engagements.states import State

STATES: Final = {
    "submitted": State("To decide", "open"),
    "more_requested": State("Question asked", "warning"),
    "held": State("Held", "warning"),
    "accepted": State("Accepted", "good"),
    "declined": State("Declined", "neutral"),
    "withdrawn": State("Withdrawn", "neutral"),
    "dismissed": State("Dismissed", "neutral"),
    "erased": State("Erased", "neutral"),
}

# What the queue can be narrowed to; what was erased stands among all.
STATUSES: Final = tuple(status for status in STATES if status != "erased")


def application_state(status: str) -> State:
    return STATES[status]
