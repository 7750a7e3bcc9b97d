"""The conversation about an application, as one thread."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
)
from app.events.store import read_stream_leniently
from app.events.types import Event, RecordedEvent, stream_of
from app.messages.events import MessageReceived, MessageSent, NoteWritten
from app.messages.promise import reply_due_at, waiting_message

# What is said in the thread, and with what it was said.
SAID: Mapping[type[Event], str] = {
    MessageReceived: "",
    MessageSent: "",
    MoreRequested: lazy_gettext("Question"),
    MoreProvided: lazy_gettext("Answer"),
    ApplicationAccepted: lazy_gettext("Decision"),
    ApplicationDeclined: lazy_gettext("Decision"),
    ApplicationWithdrawn: lazy_gettext("Withdrawal"),
}
# Notes are in no thread, since the prospect sees that.
NOTED: Mapping[type[Event], str] = {NoteWritten: ""}
SAID_OR_NOTED: Mapping[type[Event], str] = {**SAID, NoteWritten: "Note among staff"}
BY_PROSPECT = (MessageReceived, MoreProvided, ApplicationWithdrawn)


class Entry(msgspec.Struct, frozen=True):
    """What somebody wrote, in UTC. ``about`` is what it came with, "" for a message alone."""

    who: str
    by_prospect: bool
    about: str
    text: str
    at: datetime


class Thread(msgspec.Struct, frozen=True):
    """All that was written, oldest first. ``unanswered_since`` is when the prospect wrote what
    nobody has replied to, ``reply_due_at`` by when somebody is to, ``asked_at`` when the prospect
    was last asked a question and ``answered_at`` when they last answered one, all in UTC."""

    entries: Sequence[Entry]
    unanswered_since: datetime | None
    reply_due_at: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None


def thread_of(
    session: Session, events: Sequence[RecordedEvent], names: Mapping[str, str], *, firm: str
) -> Thread:
    """The thread of an application. ``events`` are the application's, in their order; others among
    them don't matter. ``names`` are those of its actors; ``firm`` stands for any other. A decision
    without a message says nothing here, nor does what was erased."""
    waiting = waiting_message(events)
    return Thread(
        entries=entries_of(events, names, firm=firm),
        unanswered_since=waiting.recorded_at if waiting else None,
        reply_due_at=reply_due_at(session, waiting) if waiting else None,
        asked_at=_last_time(MoreRequested, events),
        answered_at=_last_time(MoreProvided, events),
    )


def entries_of(
    events: Sequence[RecordedEvent],
    names: Mapping[str, str],
    *,
    firm: str,
    said: Mapping[type[Event], str] = SAID,
) -> list[Entry]:
    """What is said in those events, as the thread shows it; or of it, and beside it, what ``said``
    names."""
    return [
        Entry(
            who=names.get(recorded.metadata.actor, firm),
            by_prospect=isinstance(recorded.data, BY_PROSPECT),
            about=said[type(recorded.data)],
            text=recorded.data.message,
            at=recorded.recorded_at,
        )
        for recorded in events
        if _says_something(recorded, said)
    ]


def written_since(
    session: Session, application_id: uuid.UUID, seen: int, *, besides: str
) -> list[RecordedEvent]:
    """What others than the actor ``besides`` wrote after the first ``seen`` entries of the thread
    and the notes together, for staff."""
    events = read_stream_leniently(session, stream_of("application", application_id))
    written = [recorded for recorded in events if _says_something(recorded, SAID_OR_NOTED)]
    return [recorded for recorded in written[seen:] if recorded.metadata.actor != besides]


def _last_time(type_: type[Event], events: Sequence[RecordedEvent]) -> datetime | None:
    return max((one.recorded_at for one in events if isinstance(one.data, type_)), default=None)


def _says_something(recorded: RecordedEvent, said: Mapping[type[Event], str]) -> bool:
    return type(recorded.data) in said and bool(recorded.data.message)
