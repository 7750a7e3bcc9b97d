"""A preview foresees what a replay does, and does nothing itself."""

import smtplib
import subprocess
import uuid
from collections.abc import Callable
from contextlib import nullcontext

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationSubmitted
from app.circuits.guard import circuit
from app.circuits.models import CircuitRecord
from app.database import db
from app.engagements.models import Engagement
from app.engagements.service import accept_engagement
from app.events.dead_letters import replay_dead_letter
from app.events.subscription import Subscriptions, current_subscriptions
from app.events.tasks import sweep_deliveries
from app.events.types import RecordedEvent
from app.flow.foreseen import Foreseen
from app.flow.preview import preview_replay
from app.notifications.tasks import ring_mailer
from local.postgres import Postgres
from local.redis import Redis
from tests.integration.flow.conftest import Choose, Desk, Fail, Handle, Submit, refuse_to_score

Handler = Callable[[Session, RecordedEvent], None]

ADVISORY_LOCKS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def everything(postgres: Postgres) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, with the transaction that wrote it."""
    with psycopg.connect(postgres.url_of("site")) as connection:
        return {
            name: connection.execute(
                sql.SQL("SELECT xmin::text, t::text FROM {} t ORDER BY 2").format(
                    sql.Identifier(name)
                )
            ).fetchall()
            for name in sorted(db.metadata.tables)
        }


def foresee(replay_id: uuid.UUID, handler: Handler | None = None) -> Foreseen:
    """What is foreseen of a set of one, with today's handler or the one given."""
    subscriptions = current_subscriptions()
    if handler:
        handler.__name__, handler.__module__ = "score_fit", "app.scoring.subscribers"
        subscriptions = Subscriptions({ApplicationSubmitted: (handler,)})
    [foreseen] = preview_replay(replay_id, subscriptions).values()
    return foreseen


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
    assert event.subscribers == current_subscriptions().of("application.scored")
    assert "engagements.propose_engagement" in event.subscribers


def test_a_mail_is_foreseen_with_its_recipient_and_subject(
    submit: Submit,
    handle_events: Handle,
    choose: Choose,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("app.notifications.letters.received", refuse_to_score)
        application = submit()
        handle_events()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    foreseen = foresee(choose(letter))
    [mail] = foreseen.mails
    assert mail.recipient == application.email and application.reference in mail.subject


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
    accept_engagement(session, engagement, name="Ada Marsh")
    session.commit()
    with monkeypatch.context() as broken:
        broken.setattr("app.payments.subscribers.owe_deposit", refuse_to_score)
        handle_events()
    [letter] = session.scalars(text("SELECT id FROM deliveries WHERE status = 'dead'"))
    [charge] = foresee(choose(letter)).charges
    assert (charge.amount_cents, charge.currency) == (engagement.deposit_cents, "usd")


def test_a_letter_that_would_die_again_is_told_with_its_error(
    fail: Fail, choose: Choose, broken_scoring: Callable[[], None]
) -> None:
    foreseen = foresee(choose(*fail()))
    assert foreseen.error.startswith("ValueError")
    assert foreseen.rows == ()


def test_a_fault_that_only_the_database_finds_is_foreseen_too(fail: Fail, choose: Choose) -> None:
    def break_a_rule(session: Session, recorded: RecordedEvent) -> None:
        session.add(CircuitRecord(name="one", state="unheard of"))

    assert "CheckViolation" in foresee(choose(*fail()), break_a_rule).error


def test_writing_by_any_means_is_counted(fail: Fail, choose: Choose) -> None:
    def write(session: Session, recorded: RecordedEvent) -> None:
        session.add(CircuitRecord(name="by an object"))
        session.execute(insert(CircuitRecord).values([{"name": "core"}, {"name": "core too"}]))
        session.execute(text("UPDATE circuits SET failures = 1 WHERE name LIKE 'core%'"))
        session.execute(text("DELETE FROM circuits WHERE name = 'core too'"))

    [rows] = foresee(choose(*fail()), write).rows
    assert (rows.table, rows.added, rows.changed, rows.removed) == ("circuits", 3, 2, 1)
    assert set(rows.keys) == {"by an object", "core"}


def test_nothing_is_left_of_a_preview(
    fail: Fail, choose: Choose, desk: Desk, postgres: Postgres, redis_server: Redis
) -> None:
    replay_id = choose(*fail(3))
    desk.get("/staff/events/")  # whatever a visit itself leaves behind is there by now
    before = everything(postgres)
    with redis.Redis.from_url(redis_server.url) as broker:
        kept = sorted(broker.keys())
        page = desk.get(f"/staff/events/replays/{replay_id}")
        assert sorted(broker.keys()) == kept
    assert page.count("Would be done") == 4  # the sum, and each
    assert everything(postgres) == before


def by_the_request(session: Session, recorded: RecordedEvent) -> None:
    db.session.add(CircuitRecord(name="elsewhere"))
    db.session.commit()


def by_a_connection(session: Session, recorded: RecordedEvent) -> None:
    with circuit("stripe", is_failure=bool):
        raise OSError


def by_a_commit(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.commit()


def by_the_connection_of_the_session(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.flush()
    session.connection().commit()


def by_a_commit_in_sql(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.flush()
    session.execute(text("COMMIT"))


def by_a_ring(session: Session, recorded: RecordedEvent) -> None:
    ring_mailer()  # which takes any error for a broker that is away


def by_a_task(session: Session, recorded: RecordedEvent) -> None:
    sweep_deliveries.delay()


def by_smtp(session: Session, recorded: RecordedEvent) -> None:
    smtplib.SMTP("127.0.0.1", 25, timeout=1)


def by_a_program(session: Session, recorded: RecordedEvent) -> None:
    subprocess.run(["true"], check=True)


WAYS_OUT: dict[Handler, str] = {
    by_the_request: "another transaction",
    by_a_connection: "another transaction",
    by_a_commit: "a commit of its own",
    by_a_ring: "a task for a worker: notifications.send_due_mail",
    by_a_task: "a task for a worker: events.sweep",
    by_smtp: "another server",
    by_a_program: "another program",
}


@pytest.mark.parametrize("way", WAYS_OUT, ids=lambda way: way.__name__)
def test_a_handler_that_reaches_out_is_held_and_named(
    fail: Fail, choose: Choose, postgres: Postgres, redis_server: Redis, way: Handler
) -> None:
    replay_id = choose(*fail())
    before = everything(postgres)

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        way(session, recorded)

    with redis.Redis.from_url(redis_server.url) as broker:
        kept = sorted(broker.keys())
        foreseen = foresee(replay_id, reach_out)
        assert sorted(broker.keys()) == kept
    assert any(what.startswith(WAYS_OUT[way]) for what in foreseen.outside), foreseen
    assert everything(postgres) == before


def test_with_the_doors_open_such_a_handler_would_leave_something(
    fail: Fail, choose: Choose, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_id = choose(*fail())
    before = everything(postgres)
    monkeypatch.setattr("app.flow.preview.doors_closed", lambda: nullcontext([]))

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        by_the_request(session, recorded)

    foresee(replay_id, reach_out)
    assert everything(postgres) != before


def test_one_that_was_tried_since_is_not_foreseen(
    fail: Fail, choose: Choose, session: Session, desk: Desk
) -> None:
    first, second = fail(2)
    replay_id = choose(first, second)
    replay_dead_letter(session, first, actor="staff:grace")
    session.commit()
    assert set(preview_replay(replay_id, current_subscriptions())) == {second}
    page = desk.get(f"/staff/events/replays/{replay_id}")
    assert "Somebody has tried it since it was chosen" in page


@pytest.mark.parametrize("way", [by_the_connection_of_the_session, by_a_commit_in_sql])
def test_a_commit_behind_the_sessions_back_is_refused_by_postgres(
    fail: Fail, choose: Choose, postgres: Postgres, way: Handler
) -> None:
    replay_id = choose(*fail(2))
    before = everything(postgres)

    def score_fit(session: Session, recorded: RecordedEvent) -> None:
        way(session, recorded)

    score_fit.__module__ = "app.scoring.subscribers"
    foreseen = preview_replay(replay_id, Subscriptions({ApplicationSubmitted: (score_fit,)}))
    assert all("UniqueViolation doomed_n_key" in one.error for one in foreseen.values()), foreseen
    assert everything(postgres) == before


def test_a_transaction_that_is_not_doomed_could_be_committed(
    fail: Fail, choose: Choose, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_id = choose(*fail())
    monkeypatch.setattr("app.flow.preview.DOOM", text("SELECT 1"))

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        by_a_commit_in_sql(session, recorded)

    foresee(replay_id, reach_out)
    assert session.scalars(select(CircuitRecord.name)).all() == ["kept"]


def test_outside_a_preview_the_doors_are_open(
    fail: Fail, choose: Choose, redis_server: Redis
) -> None:
    foresee(choose(*fail()))
    with redis.Redis.from_url(redis_server.url) as broker:
        tasks = broker.llen("celery")
        ring_mailer()
        assert broker.llen("celery") == tasks + 1


def test_a_handler_that_waits_for_ever_does_not_hold_up_the_page(
    fail: Fail, choose: Choose
) -> None:
    def wait(session: Session, recorded: RecordedEvent) -> None:
        session.execute(text("SELECT pg_sleep(60)"))

    assert "QueryCanceled" in foresee(choose(*fail()), wait).error


def test_a_preview_ends_after_its_time_and_says_what_it_left_out(
    fail: Fail, choose: Choose, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    monkeypatch.setattr("app.flow.preview.LONGEST_SECONDS", -1)
    replay_id = choose(*fail(2))
    assert not foresee_any(replay_id)
    assert "2 could not be previewed in time" in desk.get(f"/staff/events/replays/{replay_id}")


def foresee_any(replay_id: uuid.UUID) -> bool:
    foreseen = preview_replay(replay_id, current_subscriptions())
    return any(one.is_tried for one in foreseen.values())


def test_a_preview_holds_nobody_up_once_a_letter_is_over(
    fail: Fail, choose: Choose, session: Session, postgres: Postgres
) -> None:
    """Each letter's locks are given back with it, before the next is rehearsed."""
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
