"""Agreeing and erasing at the same moment: one waits for the other and sees what it did."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.service import NotOnOffer, accept_terms
from app.platform.database import db
from app.portal.service import Bound, erase_own_data

NAME = "Marguerite Okonkwo"


@pytest.fixture
def other(engagement: Engagement) -> Session:
    """Another process's session, which has already read both and waits only briefly for a lock."""
    other = Session(db.engine)
    assert other.get_one(Application, engagement.application_id).erased_at is None
    assert other.get_one(Engagement, engagement.id).status == "offered"
    other.execute(text("SET LOCAL lock_timeout = '200ms'"))
    return other


def test_an_erasure_waits_for_the_agreement_and_then_finds_a_contract(
    session: Session, other: Session, engagement: Engagement
) -> None:
    accept_terms(session, engagement, name=NAME, seen_version=engagement.version)
    with other, pytest.raises(OperationalError, match="lock timeout"):
        erase_own_data(other, engagement.application_id)
    session.commit()
    with other, pytest.raises(Bound):
        erase_own_data(other, engagement.application_id)


def test_an_agreement_waits_for_the_erasure_and_then_finds_nobody_to_agree(
    session: Session, other: Session, engagement: Engagement
) -> None:
    erase_own_data(session, engagement.application_id)
    with other, pytest.raises(OperationalError, match="lock timeout"):
        accept_terms(other, engagement, name=NAME, seen_version=engagement.version)
    session.commit()
    with other, pytest.raises(NotOnOffer):
        accept_terms(other, engagement, name=NAME, seen_version=engagement.version)


def test_an_erasure_sees_a_contract_that_it_had_read_as_an_offer(
    session: Session, other: Session, engagement: Engagement
) -> None:
    accept_terms(session, engagement, name=NAME, seen_version=engagement.version)
    session.commit()
    with other, pytest.raises(Bound):
        erase_own_data(other, engagement.application_id)


def test_an_agreement_sees_an_erasure_that_happened_after_its_first_read(
    session: Session, other: Session, engagement: Engagement
) -> None:
    erase_person(session, engagement.application_id, actor="operator:ada")
    session.commit()
    with other, pytest.raises(NotOnOffer):
        accept_terms(other, engagement, name=NAME, seen_version=engagement.version)
