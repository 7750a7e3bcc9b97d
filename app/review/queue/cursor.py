"""A place in the queue, as a page's address carries it: an opaque piece of text."""

import base64
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec

# Above every score: what is not scored yet comes first.
UNSCORED_RANK = 101

Rank = Annotated[int, msgspec.Meta(ge=0, le=UNSCORED_RANK)]
At = Annotated[datetime, msgspec.Meta(tz=True)]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The sort key of a row, and whether the page goes on after it or ends before it. ``due`` is
    known where that is the order."""

    direction: Literal["after", "before"]
    rank: Rank
    submitted_at: At
    id: uuid.UUID
    due: At | None = None


def write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor that write_cursor wrote, or None for anything else.

    A made-up cursor that reads as one is harmless: it is a place to start from, and grants nothing.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
