"""A preview foresees what a replay does, and does nothing itself."""

import uuid
from collections.abc import Callable

import pytest
import redis
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, ApplicationSubmitted, OfferChanged
from app.applications.service import decide_application
from app.chat.queries import chat_of_this_transaction
from app.circuits.models import CircuitRecord
from app.engagements.models import Engagement
from app.engagements.service import accept_terms
from app.events.delivery.dead_letters import replay_dead_letter
from app.events.subscription import Subscriptions, current_subscriptions
from app.events.types import RecordedEvent
from app.notifications.queries import mail_of_this_transaction
from app.operations.replay.preview import preview_replay
from app.payments.queries import deposits_of_this_transaction
from app.platform.database import new_id
from app.review.service import change_offer
from local.postgres import Postgres
from local.redis import Redis
from tests.big_tables import FILL, read_through, rows_read
from tests.integration.operations.conftest import (
    Choose,
    Desk,
    Fail,
    Handle,
    Submit,
    everything,
    foresee,
    refuse_to_score,
)

ADVISORY_LOCKS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_a_preview_names_the_rows_events_and_mails_that_would_follow(
    fail: Fail, choose: Choose, session: Session
) -> None:
    [letter] = fail()
    foreseen = foresee(choose(letter))
    assert foreseen.error == "" and foreseen.outside == ()
    rows = {row.table: (row.added, row.changed, row.removed) for row in foreseen.rows}
    assert rows == {"scores": (1, 0, 0), "events": (1, 0, 0)}
    [scores] = [row for row in foreseen.rows if row.table == "scores"]
    stream = session.scalar(text("SELECT stream FROM deliveries WHERE id = :id"), {"id": letter})
    assert [f"application-{key}" for key in scores.keys] == [stream]
    [event] = foreseen.events
    assert (event.type, event.stream) == ("application.scored", stream)
    assert event.subscribers == current_subscriptions().subscribers_of("application.scored")
    assert "engagements.propose_engagement" in event.subscribers


def test_a_mail_is_foreseen_with_its_recipient_and_subject(
    submit: Submit,
    handle_events: Handle,
    choose: Choose,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("app.notifications.letters.to_prospect.received", refuse_to_score)
        application = submit()
        handle_events()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    foreseen = foresee(choose(letter))
    [mail] = foreseen.mails
    assert mail.recipient == application.email and application.reference in mail.subject


def test_what_waits_behind_a_letter_is_named_since_it_is_handled_once_the_letter_is_done(
    submit: Submit,
    handle_events: Handle,
    choose: Choose,
    desk: Desk,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The letter itself sends no mail any more; the one about the change behind it does."""
    application = submit()
    handle_events()
    identity, by = application.id, "staff:1"
    accepted = ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000)
    decide_application(session, identity, accepted, seen_version=1, actor=by)
    session.commit()
    with monkeypatch.context() as broken:
        broken.setattr("app.notifications.subscribers.decision_letter", refuse_to_score)
        handle_events()
    changed = OfferChanged(message="A slip.", kind="sprint", total_cents=1_100_000, currency="usd")
    change_offer(session, identity, changed, seen_version=2, seen_entries=9, actor=by)
    session.commit()
    handle_events()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    replay_id = choose(letter)
    foreseen = foresee(replay_id)
    assert (foreseen.mails, foreseen.behind) == ([], ["application.offer_changed"])
    page = desk.get(f"/staff/events/replays/{replay_id}")
    assert "Handled after it" in page and "What follows from that is not previewed." in page


def test_a_charge_is_foreseen(
    submit: Submit,
    handle_events: Handle,
    choose: Choose,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submit()
    handle_events()
    engagement = session.scalars(select(Engagement)).one()
    engagement.status = "offered"
    session.flush()
    accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)
    session.commit()
    with monkeypatch.context() as broken:
        broken.setattr("app.payments.subscribers.owe_deposit", refuse_to_score)
        handle_events()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    [charge] = foresee(choose(letter)).charges
    assert (charge.amount_cents, charge.currency) == (engagement.deposit_cents, "usd")


def test_a_letter_that_would_die_again_is_shown_with_its_error(
    fail: Fail, choose: Choose, broken_scoring: Callable[[], None]
) -> None:
    foreseen = foresee(choose(*fail()))
    assert foreseen.error.startswith("ValueError")
    assert foreseen.rows == ()


def test_an_error_that_only_the_database_detects_is_foreseen_too(
    fail: Fail, choose: Choose
) -> None:
    def break_a_rule(session: Session, recorded: RecordedEvent) -> None:
        session.add(CircuitRecord(name="one", state="unheard of"))

    assert "CheckViolation" in foresee(choose(*fail()), break_a_rule).error


def test_writes_are_counted_however_they_are_made(fail: Fail, choose: Choose) -> None:
    def write(session: Session, recorded: RecordedEvent) -> None:
        session.add(CircuitRecord(name="by an object"))
        session.execute(insert(CircuitRecord).values([{"name": "core"}, {"name": "core too"}]))
        session.execute(text("UPDATE circuits SET failures = 1 WHERE name LIKE 'core%'"))
        session.execute(text("DELETE FROM circuits WHERE name = 'core too'"))

    [rows] = foresee(choose(*fail()), write).rows
    assert (rows.table, rows.added, rows.changed, rows.removed) == ("circuits", 3, 2, 1)
    assert set(rows.keys) == {"by an object", "core"}


def test_a_preview_leaves_nothing_behind(
    fail: Fail, choose: Choose, desk: Desk, postgres: Postgres, redis_server: Redis
) -> None:
    replay_id = choose(*fail(3))
    desk.get("/staff/events/")  # so that what a visit itself leaves behind is already there
    before = everything(postgres)
    with redis.Redis.from_url(redis_server.url) as broker:
        kept = sorted(broker.keys())
        page = desk.get(f"/staff/events/replays/{replay_id}")
        assert sorted(broker.keys()) == kept
    assert page.count("Would be done") == 4  # the total, and each letter
    assert everything(postgres) == before


def test_a_letter_tried_since_it_was_chosen_is_not_previewed(
    fail: Fail, choose: Choose, session: Session, desk: Desk
) -> None:
    first, second = fail(2)
    replay_id = choose(first, second)
    replay_dead_letter(session, first, actor="staff:grace")
    session.commit()
    assert set(preview_replay(replay_id, current_subscriptions())) == {second}
    page = desk.get(f"/staff/events/replays/{replay_id}")
    assert "Somebody has tried it since it was chosen" in page


def test_a_handler_that_waits_for_ever_does_not_hold_up_the_page(
    fail: Fail, choose: Choose
) -> None:
    def wait(session: Session, recorded: RecordedEvent) -> None:
        session.execute(text("SELECT pg_sleep(60)"))

    assert "QueryCanceled" in foresee(choose(*fail()), wait).error


def test_a_preview_stops_at_its_time_limit_and_says_what_it_left_out(
    fail: Fail, choose: Choose, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    monkeypatch.setattr("app.operations.replay.preview.LONGEST_SECONDS", -1)
    replay_id = choose(*fail(2))
    assert not foresee_any(replay_id)
    assert "2 could not be previewed in time" in desk.get(f"/staff/events/replays/{replay_id}")


def foresee_any(replay_id: uuid.UUID) -> bool:
    foreseen = preview_replay(replay_id, current_subscriptions())
    return any(one.is_tried for one in foreseen.values())


def test_a_preview_releases_each_letters_locks_before_rehearsing_the_next(
    fail: Fail, choose: Choose, session: Session, postgres: Postgres
) -> None:
    first, second = fail(2)
    stream = session.scalar(text("SELECT stream FROM deliveries WHERE id = :id"), {"id": first})
    free: list[bool] = []

    def look(session: Session, recorded: RecordedEvent) -> None:
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:stream, 0))"),
            {"stream": recorded.stream},
        )
        free.append(session.scalar(text(ADVISORY_LOCKS)) == 1)

    look.__name__, look.__module__ = "score_fit", "app.scoring.subscribers"
    preview_replay(choose(first, second), Subscriptions({ApplicationSubmitted: (look,)}))
    assert free == [True, True] and stream


@pytest.mark.parametrize(
    "look", [mail_of_this_transaction, chat_of_this_transaction, deposits_of_this_transaction]
)
def test_what_a_handler_wrote_is_found_without_reading_older_rows(
    session: Session,
    tamper: Callable[[str], None],
    look: Callable[[Session, uuid.UUID], list[object]],
) -> None:
    tamper(FILL)
    before = rows_read(session)
    assert look(session, new_id()) == []
    assert read_through(session, before) == []
