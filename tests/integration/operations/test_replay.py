"""A replay touches the set that was chosen, and nothing else."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.delivery.dead_letters import replay_dead_letter
from app.operations.replay.advance import MOST_UNDER_WAY, advance_replays
from app.operations.replay.models import ReplayItem
from app.operations.replay.queries import find_replay, latest_replays
from app.operations.replay.service import (
    AlreadyStarted,
    NothingChosen,
    NotRunning,
    cancel_replay,
    choose_dead_letters,
    start_replay,
)
from app.platform.database import db
from tests.integration.operations.conftest import Choose, Fail, status_of

REPLAYED = "SELECT count(*) FROM events WHERE type = 'delivery.replayed'"


def start(session: Session, replay_id: uuid.UUID) -> None:
    start_replay(session, replay_id, actor="staff:ada")
    session.commit()


def step(session: Session) -> list[int]:
    """Advance every replay by one step; return the deliveries that it sends."""
    session.rollback()
    sent: list[int] = []
    advance_replays(session, sent.extend)
    return sent


def states(session: Session, replay_id: uuid.UUID) -> dict[int, str]:
    session.commit()
    rows = session.execute(
        select(ReplayItem.delivery_id, ReplayItem.state)
        .filter_by(replay_id=replay_id)
        .order_by(ReplayItem.delivery_id)
    )
    return dict(rows.all())


def state_of(session: Session, replay_id: uuid.UUID) -> str:
    session.commit()
    session.expire_all()
    found = find_replay(session, replay_id)
    assert found
    return found.state


def test_choosing_changes_nothing_and_starting_replays_the_whole_set(
    fail: Fail, choose: Choose, session: Session, deliver_sent: Callable[[list[int]], None]
) -> None:
    letters = fail(3)
    replay_id = choose(*letters[:2])
    assert step(session) == []
    assert [status_of(session, one) for one in letters] == ["dead"] * 3
    start(session, replay_id)
    sent = step(session)
    assert sent == letters[:2]
    assert states(session, replay_id) == dict.fromkeys(letters[:2], "put_back")
    deliver_sent(sent)
    step(session)
    assert states(session, replay_id) == dict.fromkeys(letters[:2], "done")
    assert state_of(session, replay_id) == "finished"
    assert status_of(session, letters[2]) == "dead"


def test_a_letter_that_dies_again_is_reported_with_its_error(
    fail: Fail,
    choose: Choose,
    session: Session,
    deliver_sent: Callable[[list[int]], None],
    broken_scoring: Callable[[], None],
) -> None:
    [letter] = fail()
    replay_id = choose(letter)
    start(session, replay_id)
    deliver_sent(step(session))
    step(session)
    assert states(session, replay_id) == {letter: "dead"}
    found = find_replay(session, replay_id)
    assert found and found.dead_letters[0].error.startswith("ValueError")
    assert step(session) == [] and status_of(session, letter) == "dead"


def test_a_cancelled_replay_stops_after_finishing_what_is_under_way(
    fail: Fail,
    choose: Choose,
    session: Session,
    deliver_sent: Callable[[list[int]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.operations.replay.advance.MOST_UNDER_WAY", 2)
    letters = fail(5)
    replay_id = choose(*letters)
    start(session, replay_id)
    sent = step(session)
    assert sent == letters[:2] and step(session) == []
    cancel_replay(session, replay_id, actor="staff:grace")
    session.commit()
    assert state_of(session, replay_id) == "cancelling"
    deliver_sent(sent)
    for _ in range(3):
        assert step(session) == []
    assert list(states(session, replay_id).values()) == ["done"] * 2 + ["chosen"] * 3
    assert state_of(session, replay_id) == "cancelled"
    assert [status_of(session, one) for one in letters[2:]] == ["dead"] * 3
    with pytest.raises(NotRunning):
        cancel_replay(session, replay_id, actor="staff:grace")
    assert MOST_UNDER_WAY > 2


def test_the_list_says_how_far_each_replay_has_come_the_latest_first(
    fail: Fail, choose: Choose, session: Session, handle_replays: Callable[[], None]
) -> None:
    letters = fail(3)
    earlier, later, _only_previewed = choose(*letters[:2]), choose(letters[2]), choose(letters[2])
    start(session, earlier)
    handle_replays()
    start(session, later)
    assert [
        (one.id, one.state, one.items, one.settled, one.done, one.dead)
        for one in latest_replays(session)
    ] == [(later, "running", 1, 0, 0, 0), (earlier, "finished", 2, 2, 2, 0)]


def test_a_letter_that_was_tried_since_it_was_chosen_is_left_alone(
    fail: Fail,
    choose: Choose,
    session: Session,
    deliver_sent: Callable[[list[int]], None],
    broken_scoring: Callable[[], None],
) -> None:
    [letter] = fail()
    replay_id = choose(letter)
    replay_dead_letter(session, letter, actor="staff:grace")
    session.commit()
    deliver_sent([letter])
    assert status_of(session, letter) == "dead"  # of another try than the one that was chosen
    start(session, replay_id)
    assert step(session) == []
    assert states(session, replay_id) == {letter: "gone"}
    assert state_of(session, replay_id) == "finished"


def test_only_dead_letters_can_be_chosen(session: Session, fail: Fail) -> None:
    [letter] = fail()
    with pytest.raises(NothingChosen):
        choose_dead_letters(session, [letter + 1000, 2**62], actor="staff:ada")


def test_two_people_who_start_a_replay_at_the_same_time_start_it_once(
    app: Flask, fail: Fail, choose: Choose, session: Session
) -> None:
    replay_id = choose(*fail())

    def press(who: str) -> bool:
        with app.app_context():
            try:
                start_replay(db.session(), replay_id, actor=who)
                db.session.commit()
            except AlreadyStarted:
                return False
            return True

    with ThreadPoolExecutor(8) as both:
        pressed = list(both.map(press, ["staff:ada", "staff:grace"] * 4))
    assert sum(pressed) == 1


def test_a_letter_shared_by_two_replays_is_replayed_once_whichever_worker_advances_them(
    app: Flask, fail: Fail, choose: Choose, session: Session
) -> None:
    shared, mine, yours = fail(3)
    first, second = choose(shared, mine), choose(shared, yours)
    start(session, first)
    start(session, second)

    def move_on(_: int) -> list[int]:
        with app.app_context():
            return step(db.session())

    with ThreadPoolExecutor(4) as workers:
        sent = [one for part in workers.map(move_on, range(4)) for one in part]
    sent += step(session)
    assert sorted(sent) == sorted([shared, mine, yours])
    outcomes = sorted((states(session, first)[shared], states(session, second)[shared]))
    assert outcomes == ["gone", "put_back"]
    assert session.scalar(text(REPLAYED)) == 3


@settings(max_examples=6)
@given(
    picked=st.lists(st.booleans(), min_size=1, max_size=4).filter(any),
    meanwhile=st.lists(st.integers(0, 2), min_size=3, max_size=3),
)
def test_only_the_chosen_set_is_replayed_however_many_letters_fail_in_the_meantime(
    picked: list[bool],
    meanwhile: list[int],
    fail: Fail,
    choose: Choose,
    session: Session,
    deliver_sent: Callable[[list[int]], None],
    dead_letters: Callable[[], list[int]],
) -> None:
    chosen = set(compress(fail(len(picked)), picked))
    letters = dead_letters()
    replayed_before = session.scalar(text(REPLAYED))

    replay_id = choose(*chosen)
    late = fail(meanwhile[0]) if meanwhile[0] else []
    start(session, replay_id)
    late += fail(meanwhile[1]) if meanwhile[1] else []
    sent = step(session)
    late += fail(meanwhile[2]) if meanwhile[2] else []
    deliver_sent(sent)
    assert step(session) == []

    assert set(sent) == chosen == set(states(session, replay_id))
    assert set(states(session, replay_id).values()) == {"done"}
    assert set(dead_letters()) == (set(letters) | set(late)) - chosen
    assert session.scalar(text(REPLAYED)) == replayed_before + len(chosen)
