"""Trace and span ids as in W3C Trace Context, and how they are derived from our own ids."""

import hashlib
import re
import uuid
from typing import NamedTuple

TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
# A version after 00 may have more parts; 00 itself has none.
TRACEPARENT = re.compile(
    r"(?!ff)(?!00.{53}.)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]{2}(-.*)?"
)


class SpanContext(NamedTuple):
    """A span by its trace's id (32 hexadecimal digits) and its own (16)."""

    trace_id: str
    span_id: str


def trace_id_of(correlation_id: str) -> str:
    """The trace id of everything under that correlation id: the id itself, if it is a valid one."""
    if TRACE_ID.fullmatch(correlation_id):
        return correlation_id
    # A proxy offered it, in another form.
    return hashlib.sha256(correlation_id.encode()).hexdigest()[:32]


def span_id_of(row_id: uuid.UUID | str) -> str:
    """The id of the span that stored the row with that id, known to all who read the row."""
    return uuid.UUID(str(row_id)).hex[16:]


def write_traceparent(context: SpanContext) -> str:
    return f"00-{context.trace_id}-{context.span_id}-01"


def read_traceparent(header: str) -> SpanContext | None:
    """The span that the header names; None if it is not a valid traceparent."""
    found = TRACEPARENT.fullmatch(header)
    return SpanContext(found[1], found[2]) if found else None
