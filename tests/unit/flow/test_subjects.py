"""Which application an event is about."""

import uuid

import pytest

from app.flow.subjects import application_of

ID = uuid.UUID("01930000-0000-7000-8000-000000000001")
OTHER = uuid.UUID("01930000-0000-7000-8000-000000000002")


@pytest.mark.parametrize(
    ("stream", "data", "expected"),
    [
        (f"application-{ID}", {}, ID),
        (f"engagement-{OTHER}", {"application_id": str(ID)}, ID),
        (f"draft-{OTHER}", {"draft_id": "1"}, None),
        ("stripe-evt_123", {}, None),
    ],
)
def test_an_event_is_about_its_stream_or_what_it_names(
    stream: str, data: dict[str, str], expected: uuid.UUID | None
) -> None:
    assert application_of(stream, data) == expected
