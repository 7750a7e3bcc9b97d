"""The conversation about an application, as one thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
)
from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import Event, RecordedEvent, stream_of
from app.messages.events import MessageReceived, MessageSent

# What is said in the thread, and with what it was said.
SAID: Mapping[type[Event], str] = {
    MessageReceived: "",
    MessageSent: "",
    MoreRequested: "Question",
    MoreProvided: "Answer",
    ApplicationAccepted: "Decision",
    ApplicationDeclined: "Decision",
    ApplicationWithdrawn: "Withdrawal",
}
BY_PROSPECT = (MessageReceived, MoreProvided, ApplicationWithdrawn)
# After one of these no message of the prospect waits for a reply.
REPLIES = (
    MessageSent,
    MoreRequested,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationWithdrawn,
)


class Entry(msgspec.Struct, frozen=True):
    """What somebody wrote, in UTC. ``about`` is what it came with, "" for a message alone."""

    who: str
    by_prospect: bool
    about: str
    text: str
    at: datetime


class Thread(msgspec.Struct, frozen=True):
    """All that was written, oldest first. ``unanswered_since`` is when the prospect wrote what
    nobody has replied to, in UTC."""

    entries: Sequence[Entry]
    unanswered_since: datetime | None


def thread_of(
    session: Session, application: Application, names: Mapping[str, str], *, firm: str
) -> Thread:
    """The thread of an application. ``names`` are those of its actors; ``firm`` stands for any
    other. A decision without a message says nothing here, nor does what was erased."""
    events = read_stream(session, stream_of("application", application.id))
    return Thread(
        entries=[
            Entry(
                who=names.get(recorded.metadata.actor, firm),
                by_prospect=isinstance(recorded.data, BY_PROSPECT),
                about=SAID[type(recorded.data)],
                text=recorded.data.message,
                at=recorded.recorded_at,
            )
            for recorded in events
            if type(recorded.data) in SAID and recorded.data.message
        ],
        unanswered_since=None if application.erased_at else _unanswered_since(events),
    )


def _unanswered_since(events: Sequence[RecordedEvent]) -> datetime | None:
    since = None
    for recorded in events:
        if isinstance(recorded.data, REPLIES):
            since = None
        elif isinstance(recorded.data, MessageReceived) and since is None:
            since = recorded.recorded_at
    return since
