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
    OfferChanged,
    OfferTakenBack,
)
from app.events.store import read_stream_leniently
from app.events.types import Event, RecordedEvent, stream_of
from app.messages.events import MessageReceived, MessageSent, NoteWritten
from app.messages.promise import reply_due_at, waiting_message

# The events whose texts are in the thread, with the label of each.
SAID: Mapping[type[Event], str] = {
    MessageReceived: "",
    MessageSent: "",
    MoreRequested: lazy_gettext("Question"),
    MoreProvided: lazy_gettext("Answer"),
    ApplicationAccepted: lazy_gettext("Decision"),
    ApplicationDeclined: lazy_gettext("Decision"),
    OfferChanged: lazy_gettext("Changed proposal"),
    OfferTakenBack: lazy_gettext("Proposal taken back"),
    ApplicationWithdrawn: lazy_gettext("Withdrawal"),
}
# Notes are not in the thread, because the prospect sees that.
NOTED: Mapping[type[Event], str] = {NoteWritten: ""}
SAID_OR_NOTED: Mapping[type[Event], str] = {**SAID, NoteWritten: "Staff note"}
BY_PROSPECT = (MessageReceived, MoreProvided, ApplicationWithdrawn)


class Entry(msgspec.Struct, frozen=True):
    """What somebody wrote; ``at`` is UTC. ``about`` is its label, or "" for a plain message."""

    who: str
    by_prospect: bool
    about: str
    text: str
    at: datetime


class Thread(msgspec.Struct, frozen=True):
    """All that was written, oldest first. ``unanswered_since`` is when the prospect wrote a message
    that nobody has replied to, ``reply_due_at`` when that reply is due, ``asked_at`` when the
    prospect was last asked a question, and ``answered_at`` when they last answered one, all in
    UTC."""

    entries: Sequence[Entry]
    unanswered_since: datetime | None
    reply_due_at: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None

    @property
    def is_answered(self) -> bool:
        """Whether the prospect has answered the last question."""
        asked_at, answered_at = self.asked_at, self.answered_at
        return asked_at is not None and answered_at is not None and asked_at < answered_at

    @property
    def last_turn(self) -> int:
        """How many of the last entries are one side's, with none of the other's between them."""
        sides = [entry.by_prospect for entry in reversed(self.entries)]
        return next((n for n, side in enumerate(sides) if side != sides[0]), len(sides))


def thread_of(
    session: Session, events: Sequence[RecordedEvent], names: Mapping[str, str], *, firm: str
) -> Thread:
    """The thread of an application. ``events`` are the application's, in order; other events among
    them are ignored. ``names`` are by actor; ``firm`` is used for actors without a name. Decisions
    without a message, and erased texts, are left out."""
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
    """The texts in those events as entries; ``said`` names the types of event to include."""
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
    """For staff: what anybody but the actor ``besides`` wrote after the first ``seen`` entries,
    counting the thread and the notes together."""
    events = read_stream_leniently(session, stream_of("application", application_id))
    written = [recorded for recorded in events if _says_something(recorded, SAID_OR_NOTED)]
    return [recorded for recorded in written[seen:] if recorded.metadata.actor != besides]


def _last_time(type_: type[Event], events: Sequence[RecordedEvent]) -> datetime | None:
    return max((one.recorded_at for one in events if isinstance(one.data, type_)), default=None)


def _says_something(recorded: RecordedEvent, said: Mapping[type[Event], str]) -> bool:
    return type(recorded.data) in said and bool(recorded.data.message)
