"""Which application an event is about."""

import uuid

import pytest

from app.applications.queries import application_of

ID = uuid.UUID("01930000-0000-7000-8000-000000000001")
OTHER = uuid.UUID("01930000-0000-7000-8000-000000000002")


@pytest.mark.parametrize(
    ("stream", "named", "expected"),
    [
        (f"application-{ID}", None, ID),
        (f"engagement-{OTHER}", str(ID), ID),
        (f"draft-{OTHER}", None, None),
        ("stripe-evt_123", None, None),
    ],
)
def test_an_event_is_about_the_application_of_its_stream_or_the_one_it_names(
    stream: str, named: str | None, expected: uuid.UUID | None
) -> None:
    assert application_of(stream, named) == expected
