"""What it costs to try a password, with the hash parameters as shipped."""

from statistics import median
from time import process_time

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.service import add_staff, lock_account, sign_in

WRONG = "not the password of anybody"
NOBODYS, LOCKED = "eve@champlin.example", "grace@champlin.example"
# RFC 9106, section 4: the parameters for environments with little memory.
RECOMMENDED = "$argon2id$v=19$m=65536,t=3,p=4$"


@pytest.fixture
def quick_hashes() -> None:
    """Replaces the fixture of that name: here hashes cost what they do in production."""


def test_a_hash_uses_the_parameters_that_the_standard_recommends(ada: Staff) -> None:
    assert ada.password_hash.startswith(RECOMMENDED)


def test_an_unknown_address_and_a_locked_account_take_as_long_as_a_wrong_password(
    ada: Staff, session: Session
) -> None:
    add_staff(session, LOCKED, "Grace")
    lock_account(session, LOCKED)

    def seconds(email: str) -> float:
        """Processor time, because other programs may use the machine at the same time."""
        started = process_time()
        assert sign_in(session, email, WRONG) is None
        return process_time() - started

    tries = [[seconds(email) for email in (ada.email, NOBODYS, LOCKED)] for _ in range(5)]
    usual, of_nobody, of_locked = map(median, zip(*tries, strict=True))
    assert 0.5 < usual / of_nobody < 2
    assert 0.5 < usual / of_locked < 2
