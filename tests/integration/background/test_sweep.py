"""The sweep: one task that looks for everything nobody was woken for."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.background.sweep import sweep
from app.database import new_id, utc_now
from app.erasures.ledger import count_not_entered
from app.erasures.models import ErasureToEnter


def test_a_look_that_fails_is_reported_and_keeps_none_of_the_others_from_theirs(
    session: Session, as_owner: Callable[[str], None]
) -> None:
    session.add(ErasureToEnter(person_id=new_id(), erased_at=utc_now()))
    session.commit()
    as_owner("ALTER TABLE mail_messages RENAME TO mislaid")
    try:
        with pytest.raises(ExceptionGroup) as failed:
            sweep()
    finally:
        as_owner("ALTER TABLE mislaid RENAME TO mail_messages")
    [error] = failed.value.exceptions
    assert isinstance(error, ProgrammingError)
    assert count_not_entered(session) == 0
