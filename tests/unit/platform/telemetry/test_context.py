"""Trace ids: ours, a proxy's, and the header that carries them."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.telemetry.context import (
    SpanContext,
    read_traceparent,
    span_id_of,
    trace_id_of,
    write_traceparent,
)

HEX = "0123456789abcdef"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_correlation_id_that_can_be_a_trace_id_is_the_trace_id() -> None:
    assert trace_id_of(TRACE) == TRACE


@given(st.text(max_size=64))
def test_any_other_correlation_id_always_leads_to_the_same_valid_trace_id(
    correlation_id: str,
) -> None:
    trace_id = trace_id_of(correlation_id)
    assert trace_id == trace_id_of(correlation_id)
    assert len(trace_id) == 32 and set(trace_id) <= set(HEX) and int(trace_id, 16)


def test_no_trace_is_all_zeros() -> None:
    assert int(trace_id_of("0" * 32), 16)


@given(st.uuids(version=4))
def test_a_row_has_the_same_span_whether_its_id_is_text_or_not(row_id: uuid.UUID) -> None:
    assert span_id_of(row_id) == span_id_of(str(row_id))
    written = write_traceparent(SpanContext(TRACE, span_id_of(row_id)))
    assert read_traceparent(written) == (TRACE, span_id_of(row_id))


@pytest.mark.parametrize(
    "header",
    [f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00", f"01-{TRACE}-{SPAN}-01-more"],
)
def test_a_traceparent_is_read(header: str) -> None:
    assert read_traceparent(header) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_anything_that_is_not_a_traceparent_is_ignored(header: str) -> None:
    assert read_traceparent(header) is None
