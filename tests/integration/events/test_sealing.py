"""What events say about a person is sealed, and is lost with that person's key."""

import uuid
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.integrity.person_keys import PersonErased, drop_key
from app.events.integrity.sealing import new_key, seal, unseal
from app.events.store import read_stream, record
from tests.integration.events.conftest import new_stream

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(fields=st.dictionaries(st.text(), JSON), event_id=st.uuids())
def test_sealed_fields_open_only_with_their_key_and_in_their_event(
    fields: dict[str, Any], event_id: uuid.UUID
) -> None:
    key = new_key()
    sealed = seal(fields, key, event_id)
    assert unseal(sealed, key, event_id) == fields
    with pytest.raises(InvalidTag):
        unseal(sealed, new_key(), event_id)
    with pytest.raises(InvalidTag):
        unseal(sealed, key, uuid.uuid4())


def test_the_events_table_holds_no_personal_data_in_the_clear(session: Session) -> None:
    stream, person = new_stream(), uuid.uuid4()
    record(session, stream, MoreProvided(message="canary"), actor="prospect", person=person)
    session.commit()
    stored = session.scalar(text("SELECT events::text FROM events"))
    assert "canary" not in stored
    assert read_stream(session, stream)[0].data.message == "canary"


def test_without_its_key_an_event_remains_but_says_nothing_about_the_person(
    session: Session,
) -> None:
    stream, person = new_stream(), uuid.uuid4()
    record(session, stream, MoreProvided(message="canary"), actor="prospect", person=person)
    drop_key(session, person)
    session.commit()
    (event,) = read_stream(session, stream)
    assert event.is_erased
    assert event.data == MoreProvided(message="")
    with pytest.raises(PersonErased):
        record(session, stream, MoreProvided(message="more"), actor="prospect", person=person)


def test_an_event_with_personal_data_must_name_its_person(session: Session) -> None:
    with pytest.raises(ValueError, match="name them"):
        record(session, new_stream(), MoreProvided(message="hello"), actor="prospect")
