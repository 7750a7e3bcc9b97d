"""What staff are told of the mail that they have just caused."""

from typing import Final

from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.delivery.dead_letters import dead_letters_in
from app.events.delivery.pausing import pauses
from app.events.types import stream_of
from app.platform.outbound_hold.service import is_outbound_held

# The subscribers that write it.
OF_DECISION: Final = "notifications.send_decision"
OF_MESSAGE: Final = "notifications.send_message"
OF_LINK: Final = "notifications.send_page_link"


def on_its_way(session: Session, subject: Application, subscriber: str, *, what: str) -> str:
    """A sentence: ``what`` is on its way, or what it waits for."""
    dead = dead_letters_in(session, [stream_of("application", subject.id)])
    if any(one.subscriber == subscriber for one in dead):
        return f"{what} waits behind an earlier one that failed: see “Not handled automatically”."
    if subscriber in pauses(session):
        return f"{what} waits: {subscriber} is paused. Resume it under Events."
    if is_outbound_held(session):
        return f"{what} waits: after a restore nothing is sent until it is released under Events."
    return f"{what} is on its way."
