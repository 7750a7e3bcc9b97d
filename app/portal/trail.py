"""The receipt trail: every event about one application with its link in the hash chain, as a file
that `trail_check` verifies offline."""

import base64
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationHeld,
    ApplicationPutBack,
    ApplicationTaken,
    DraftExpiring,
    DraftLinkRequested,
)
from app.applications.models import Application
from app.engagements.events import EngagementProposed
from app.engagements.queries import engagement_of, streams_about
from app.events.integrity.links import Link, links_of
from app.events.integrity.person_keys import find_key
from app.events.types import declared_events, stream_of
from app.messages.events import NoteWritten
from app.platform.database import utc_now
from app.portal.trail_check import row_digest
from app.portal.turn import Turn
from app.scoring.events import ApplicationScored

SHARED_OUT = "It says how the firm's staff share out their work."
# A hash covers a whole event, so an event is shown whole or not at all.
WITHHELD = {
    ApplicationHeld.type: "It holds the firm's own notes on why it took a second look.",
    ApplicationTaken.type: SHARED_OUT,
    ApplicationPutBack.type: SHARED_OUT,
    ApplicationScored.type: "It holds the firm's own notes on how an application is judged.",
    EngagementProposed.type: "It holds a draft of the firm's, from before anybody decided.",
    NoteWritten.type: "It holds a note of the firm's staff among themselves.",
}
# These hold the link into the form, which whoever has the file could open.
LED_INTO_THE_FORM = {DraftLinkRequested.type, DraftExpiring.type}
HOLDS_LINK = "It holds the link that led back into your form."
NAMES_STAFF = "It names the member of staff who did it."
IS_UNKNOWN = "A newer release of this site recorded it, and will say whether it can be shown."
EXPLANATION = (
    "Each row is one event about your application, in the order in which it was recorded.",
    "hash is SHA-256 over the hash of the row before it (previous) and over the text in hashed,"
    " which is the event as the database holds it. Anyone who changes a row has to recompute all"
    " later hashes of its stream.",
    "What a row says about you is sealed in hashed (AES-256-GCM). key is yours: it opens the sealed"
    " part, and opened is what it says.",
    "A row with withheld shows no content; only its hash holds its place, so its content can't be"
    " swapped later. If it ever matters, we can disclose it, and the hash shows that it is the"
    " original. What stated says is our word, not proven by the hash.",
    "Somebody who rebuilt the whole file could make it agree with itself. What nobody can do is"
    " change the copy that you keep: check a later file against this one.",
    "next says who acts next as of the time when this file was made, and due_at by when, if we owe"
    " you something. It is our word: only the rows are proven. An answer that fell due before you"
    " had it is a row of its own (application.answer_due; for a message,"
    " message.reply_due).",
    "digest covers the row, or next, as this file has it, and finds damage to the file.",
    "Anyone who has this file can read what you sent. After you erase your data we can't make"
    " another.",
)


def make_trail(session: Session, application: Application, turn: Turn) -> dict[str, Any]:
    """The trail of the application, its draft and its engagement, as JSON types; ``turn`` is who
    acts next. Times are UTC."""
    draft = stream_of("draft", application.draft_id)
    streams = [draft, *streams_about(application, engagement_of(session, application.id))]
    links = {stream: links_of(session, stream) for stream in streams}
    key, made_at = find_key(session, application.draft_id), utc_now().isoformat()
    return {
        "format": "receipt-trail-1",
        "reference": application.reference,
        "made_at": made_at,
        "next": _next(turn, made_at),
        "explanation": list(EXPLANATION),
        "key": base64.b64encode(key).decode() if key else None,
        "streams": [_stream(stream, found) for stream, found in links.items() if found],
    }


def _next(turn: Turn, as_of: str) -> dict[str, Any]:
    due_at = turn.due_at.astimezone(UTC).isoformat() if turn.due_at else None
    said = {"as_of": as_of, "said": turn.sentence, "due_at": due_at}
    return {**said, "digest": row_digest(said)}


def _stream(stream: str, links: Sequence[Link]) -> dict[str, Any]:
    before = ["", *(link.hash for link in links)]
    rows = [
        _row(number, link, previous)
        for number, (link, previous) in enumerate(zip(links, before, strict=False), start=1)
    ]
    return {"stream": stream, "count": len(rows), "rows": rows}


def _row(number: int, link: Link, previous: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": number,
        "type": link.type,
        "recorded_at": link.recorded_at.astimezone(UTC).isoformat(),
        "previous": previous,
        "hash": link.hash,
    }
    if reason := _reason_to_state_nothing(link):
        row |= {"withheld": reason, "stated": {}}
    elif reason := _reason_to_withhold(link):
        stated = {name: said for name, said in link.opened.items() if name != "resume_token"}
        row |= {"withheld": reason, "stated": stated}
    else:
        row |= {"hashed": link.hashed, "opened": link.opened}
    return {**row, "digest": row_digest(row)}


def _reason_to_state_nothing(link: Link) -> str | None:
    return WITHHELD.get(link.type) if link.type in declared_events() else IS_UNKNOWN


def _reason_to_withhold(link: Link) -> str | None:
    if link.actor.startswith(("staff:", "operator:")):
        return NAMES_STAFF
    return HOLDS_LINK if link.type in LED_INTO_THE_FORM else None
