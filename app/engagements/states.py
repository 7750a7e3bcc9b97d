"""An engagement's statuses in the staff's words: the firm offers it, the client agrees, and the
deposit is due until it is paid."""

from typing import Final

from app.web.rendering import Badge, as_word

STATES: Final = {
    "proposed": Badge("Proposed", "neutral"),
    "offered": Badge("Offered", "open"),
    "accepted": Badge("Agreed, deposit due", "warning"),
    "active": Badge("Agreed, deposit paid", "good"),
    "closed": Badge("Closed", "neutral"),
}


def engagement_state(status: str) -> Badge:
    """The words for the status, or its own name if only a newer release has words for it."""
    return STATES.get(status) or Badge(as_word(status).capitalize(), "neutral")
