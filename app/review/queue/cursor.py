"""A place in the queue, as an opaque text in a page's address."""

import base64
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec

# Above every score, so that what is not scored yet comes first.
UNSCORED_RANK = 101
# What is no longer open, or is held, comes last without a score.
NEVER_SCORED_RANK = 0

Rank = Annotated[int, msgspec.Meta(ge=0, le=UNSCORED_RANK)]
At = Annotated[datetime, msgspec.Meta(tz=True)]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The sort key of a row, and whether the page starts after it or ends before it. ``due`` is
    needed only in the order by due time."""

    direction: Literal["after", "before"]
    rank: Rank
    submitted_at: At
    id: uuid.UUID
    due: At | None = None


def write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor that write_cursor wrote, or None for anything else.

    A forged cursor is harmless: it only says where to start, and grants no access.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
