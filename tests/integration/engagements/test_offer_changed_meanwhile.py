"""An offer is changed or taken back before its acceptance was handled: its first terms are never
offered, neither on the page nor in a mail."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.service import AlreadyDecided, OfferVerdict, decide_application
from app.engagements import subscribers
from app.engagements.models import Engagement
from app.engagements.pricing import OtherCurrency
from app.engagements.queries import engagement_of
from app.events.delivery.dead_letters import replay_dead_letter
from app.events.delivery.handling import deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.sweep import take_due_deliveries
from app.events.models import Delivery
from app.events.store import read_stream
from app.events.subscription import current_subscriptions
from app.events.types import stream_of
from app.notifications import subscribers as notifications
from app.notifications.models import MailMessage
from app.payments.models import Deposit
from app.platform.database import db
from app.platform.retry import RetryPolicy
from app.review.service import change_offer

ACCEPTED = ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000)
CHANGED = OfferChanged(message="A slip.", kind="build", total_cents=7_000_000, currency="usd")
TAKEN_BACK = OfferTakenBack(message="We are ill.")
EITHER = pytest.mark.parametrize("verdict", [CHANGED, TAKEN_BACK], ids=["changed", "taken back"])

Handle = Callable[[], None]
Settle = Callable[[OfferVerdict], None]


@pytest.fixture
def accepted(session: Session, application_id: uuid.UUID, handle_events: Handle) -> None:
    """A reviewer has accepted the application, which no worker has heard of yet."""
    handle_events()
    decide_application(session, application_id, ACCEPTED, seen_version=1, actor="staff:1")
    session.commit()


@pytest.fixture
def settle(session: Session, application_id: uuid.UUID) -> Settle:
    """Change the offer or take it back, as a reviewer does."""

    def settle(verdict: OfferVerdict) -> None:
        seen = session.get_one(Application, application_id, populate_existing=True).version
        options = {"seen_version": seen, "seen_entries": 9}
        change_offer(session, application_id, verdict, **options, actor="staff:1")
        session.commit()

    return settle


def offered_cents(session: Session, application_id: uuid.UUID) -> list[int]:
    """The price of each offer that was made, in order."""
    engagement = the_engagement(session, application_id)
    events = read_stream(session, stream_of("engagement", engagement.id))
    return [one.data.total_cents for one in events if one.type == "engagement.offered"]


def the_engagement(session: Session, application_id: uuid.UUID) -> Engagement:
    session.rollback()
    engagement = engagement_of(session, application_id)
    assert engagement
    return engagement


def sweep(session: Session) -> None:
    """Deliver what is due and was not sent, as the sweep and a worker do."""
    engine, policy = db.engine, RetryPolicy(base=1, cap=1, max_attempts=1)
    keeper = LeaseKeeper(lambda: engine, lease=60)
    while tasks := take_due_deliveries(session, resend_after=0):
        for task in tasks:
            deliver(session, task, current_subscriptions(), policy, keeper, lambda _: None)


def letters(session: Session) -> list[str]:
    """The templates of the mails that offer terms, or say what has become of them."""
    session.rollback()
    wanted = MailMessage.template.in_(("accepted", "offer_changed", "offer_taken_back"))
    return list(session.scalars(select(MailMessage.template).where(wanted).order_by("created_at")))


def test_a_change_is_offered_before_any_worker_hears_of_it_and_is_all_that_is_offered(
    session: Session,
    application_id: uuid.UUID,
    accepted: None,
    settle: Settle,
    handle_events: Handle,
) -> None:
    settle(CHANGED)
    assert offered_cents(session, application_id) == [7_000_000]
    handle_events()
    assert offered_cents(session, application_id) == [7_000_000]
    assert letters(session) == ["offer_changed"]


def test_an_offer_taken_back_before_it_was_made_is_never_made(
    session: Session,
    application_id: uuid.UUID,
    accepted: None,
    settle: Settle,
    handle_events: Handle,
) -> None:
    settle(TAKEN_BACK)
    handle_events()
    assert offered_cents(session, application_id) == []
    assert the_engagement(session, application_id).status == "closed"
    assert letters(session) == ["offer_taken_back"]
    assert session.scalars(select(Deposit)).all() == []


@EITHER
def test_there_is_no_offer_to_change_before_an_acceptance_or_after_the_end(
    session: Session,
    application_id: uuid.UUID,
    settle: Settle,
    handle_events: Handle,
    verdict: OfferVerdict,
) -> None:
    handle_events()
    with pytest.raises(AlreadyDecided):
        settle(verdict)
    session.rollback()
    decide_application(session, application_id, ACCEPTED, seen_version=1, actor="staff:1")
    settle(TAKEN_BACK)
    with pytest.raises(AlreadyDecided):
        settle(verdict)


def test_where_nothing_was_proposed_yet_an_offer_taken_back_leaves_nothing_to_agree_to(
    session: Session, application_id: uuid.UUID, settle: Settle, handle_events: Handle
) -> None:
    """The reviewer was faster than the scoring."""
    decide_application(session, application_id, ACCEPTED, seen_version=1, actor="staff:1")
    settle(TAKEN_BACK)
    handle_events()
    session.rollback()
    assert engagement_of(session, application_id) is None


@EITHER
def test_a_dead_letter_that_is_replayed_afterwards_offers_nothing(
    session: Session,
    application_id: uuid.UUID,
    accepted: None,
    settle: Settle,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
    verdict: OfferVerdict,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OtherCurrency("as the test told it to")

    with monkeypatch.context() as broken:
        broken.setattr(subscribers, "offer_as_decided", fail)
        broken.setattr(notifications, "decision_letter", fail)
        handle_events()
    dead = session.scalars(select(Delivery.id).filter_by(status="dead")).all()
    assert len(dead) == 2 and letters(session) == []
    settle(verdict)
    handle_events()
    offers = offered_cents(session, application_id)
    for delivery_id in dead:
        replay_dead_letter(session, delivery_id, actor="staff:1")
    session.commit()
    sweep(session)
    assert session.scalars(select(Delivery.id).filter_by(status="dead")).all() == []
    assert offered_cents(session, application_id) == offers
    assert letters(session) == [verdict.type.partition(".")[2]]


@EITHER
@pytest.mark.parametrize("status", ["queued", "failed"])
def test_mail_with_the_first_terms_that_was_not_sent_is_not_sent_any_more(
    session: Session,
    accepted: None,
    settle: Settle,
    handle_events: Handle,
    verdict: OfferVerdict,
    status: str,
) -> None:
    handle_events()
    session.execute(update(MailMessage).values(status=status))
    session.commit()
    assert letters(session) == ["accepted"]
    settle(verdict)
    assert letters(session) == []  # before any worker hears of it
    handle_events()
    assert letters(session) == [verdict.type.partition(".")[2]]


def test_of_two_changes_the_mail_is_about_the_second_and_says_what_it_replaces(
    session: Session, accepted: None, settle: Settle, handle_events: Handle
) -> None:
    settle(CHANGED)
    settle(OfferChanged(message="Again.", kind="sprint", total_cents=1_300_000, currency="usd"))
    handle_events()
    session.rollback()
    mail = session.scalars(select(MailMessage).filter_by(template="offer_changed")).one()
    assert "Again." in mail.text and "A slip." not in mail.text
    assert "Price: $13,000" in mail.text and "Before: Build, $70,000" in mail.text


def test_mail_that_was_sent_stays_on_record(
    session: Session, accepted: None, settle: Settle, handle_events: Handle
) -> None:
    handle_events()
    sent = {"status": "sent", "sent_at": session.scalars(select(Application.submitted_at)).one()}
    session.execute(update(MailMessage).filter_by(template="accepted").values(sent))
    session.commit()
    settle(CHANGED)
    settle(TAKEN_BACK)
    handle_events()
    assert letters(session) == ["accepted", "offer_taken_back"]


def test_without_looking_at_what_came_after_the_first_terms_would_be_offered(
    session: Session,
    application_id: uuid.UUID,
    accepted: None,
    settle: Settle,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control."""
    for module in (subscribers, notifications):
        monkeypatch.setattr(module, "holds_still", lambda *_: True)
    settle(TAKEN_BACK)
    handle_events()
    assert offered_cents(session, application_id) == [1_250_000]
    assert sorted(letters(session)) == ["accepted", "offer_taken_back"]
