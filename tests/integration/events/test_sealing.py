"""What events say about a person is sealed, and gone with that person's key."""

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
def test_what_was_sealed_opens_with_its_key_and_in_its_event_alone(
    fields: dict[str, Any], event_id: uuid.UUID
) -> None:
    key = new_key()
    sealed = seal(fields, key, event_id)
    assert unseal(sealed, key, event_id) == fields
    with pytest.raises(InvalidTag):
        unseal(sealed, new_key(), event_id)
    with pytest.raises(InvalidTag):
        unseal(sealed, key, uuid.uuid4())


def test_the_table_holds_nothing_of_it_in_the_open(session: Session) -> None:
    stream, person = new_stream(), uuid.uuid4()
    record(session, stream, MoreProvided(message="canary"), actor="prospect", person=person)
    session.commit()
    stored = session.scalar(text("SELECT events::text FROM events"))
    assert "canary" not in stored
    assert read_stream(session, stream)[0].data.message == "canary"


def test_without_the_key_the_event_remains_and_says_nothing_about_the_person(
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


def test_an_event_about_a_person_names_them(session: Session) -> None:
    with pytest.raises(ValueError, match="name them"):
        record(session, new_stream(), MoreProvided(message="hello"), actor="prospect")
