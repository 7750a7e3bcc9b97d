"""What a password costs whoever tries one, with the hashes that are shipped."""

from statistics import median
from time import process_time

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.service import sign_in

WRONG = "not the password of anybody"
# RFC 9106, section 4: the parameters for where memory is short.
RECOMMENDED = "$argon2id$v=19$m=65536,t=3,p=4$"


@pytest.fixture
def quick_hashes() -> None:
    """There are none here."""


def test_a_hash_is_made_as_the_standard_recommends(ada: Staff) -> None:
    assert ada.password_hash.startswith(RECOMMENDED)


def test_an_unknown_address_takes_as_long_as_a_wrong_password(ada: Staff, session: Session) -> None:
    def seconds(email: str) -> float:
        """Of the processor: others may use the machine meanwhile."""
        started = process_time()
        assert sign_in(session, email, WRONG) is None
        return process_time() - started

    known, unknown = [], []
    for _ in range(7):
        known.append(seconds("ada@champlin.example"))
        unknown.append(seconds("eve@champlin.example"))
    assert 0.5 < median(known) / median(unknown) < 2
