"""An application's statuses in the staff's words: the firm accepts or declines it, or takes its
offer back; the prospect withdraws it. And how well it fits, in the rubric's."""

from typing import Final

from app.applications.models import AWAITS_ANSWER
from app.web.rendering import Badge, as_word

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
    """The words for the status, or its own name if only a newer release has words for it."""
    return STATES.get(status) or Badge(as_word(status).capitalize(), "neutral")


def fit(band_label: str, status: str = "") -> str:
    """The label of a score's band. What it advises, after its colon, is left out unless the status
    is one in which the firm has yet to answer."""
    return band_label if status in AWAITS_ANSWER else band_label.partition(":")[0]
