"""A cursor, the text of a place in the queue, is read back unchanged; no other text is a cursor."""

import base64
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.queue.cursor import UNSCORED_RANK, Cursor, read_cursor, write_cursor

CURSORS = st.builds(
    Cursor,
    direction=st.sampled_from(["after", "before"]),
    rank=st.integers(0, UNSCORED_RANK),
    submitted_at=st.datetimes(timezones=st.just(UTC)),
    id=st.uuids(),
    due=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(CURSORS)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert read_cursor(write_cursor(cursor)) == cursor


@given(CURSORS)
def test_a_cursor_needs_no_quoting_in_an_address(cursor: Cursor) -> None:
    assert write_cursor(cursor).replace("-", "").replace("_", "").isalnum()


@given(st.one_of(st.text(), st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode())))
def test_any_other_text_is_not_a_cursor(text: str) -> None:
    assert read_cursor(text) is None


@pytest.mark.parametrize(
    "inside",
    [
        '["after",102,"2025-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000"]',
        '["after",50,"2025-01-01T00:00:00","00000000-0000-0000-0000-000000000000"]',
        '["after",50,"2025-01-01T00:00:00Z","1 OR 1=1"]',
        '["after","50","2025-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000"]',
        '["sideways",50,"2025-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000"]',
        "[]",
        "null",
        '["after",50,"2025-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000",null,'
        + "[" * 3000,
    ],
)
def test_a_cursor_with_an_invalid_part_is_refused(inside: str) -> None:
    assert read_cursor(base64.urlsafe_b64encode(inside.encode()).decode()) is None
