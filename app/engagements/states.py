"""The states of an engagement in staff's words: the firm offers it, the client agrees, and the
deposit is due until it is paid."""

from typing import Final, NamedTuple


class State(NamedTuple):
    """What a badge says of a state, and in which tone."""

    label: str
    tone: str


STATES: Final = {
    "proposed": State("Proposed", "neutral"),
    "offered": State("Offered", "open"),
    "accepted": State("Agreed, deposit due", "warning"),
    "active": State("Agreed, deposit paid", "good"),
    "closed": State("Closed", "neutral"),
}


def engagement_state(status: str) -> State:
    return STATES[status]
