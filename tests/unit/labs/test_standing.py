"""How things stand in a sandbox, as the word from which its screen-reader line is made."""

import pytest

from app.labs.scenario import Sum
from app.labs.state import LabState, StationState

IDLE = StationState(done=2)
BUSY = StationState(done=1, in_hand=1)
QUEUED = StationState(waiting=3)
STOPPED = StationState(consumers=["stopped"], waiting=3)
FINISHING = StationState(consumers=["stopped"], in_hand=1)
KILLED = StationState(consumers=["stopped", "killed"], waiting=1)
DEAD = StationState(dead=1)


@pytest.mark.parametrize(
    ("stations", "standing"),
    [
        ([IDLE, IDLE], "done"),
        ([IDLE, BUSY], "under way"),
        ([IDLE, QUEUED], "under way"),
        ([IDLE, STOPPED], "waiting"),
        ([QUEUED, STOPPED], "under way"),
        ([IDLE, FINISHING], "under way"),
        ([IDLE, KILLED], "under way"),
        ([BUSY, DEAD], "dead"),
    ],
)
def test_the_standing_says_whether_work_is_under_way_waiting_done_or_dead(
    stations: list[StationState], standing: str
) -> None:
    state = LabState(stations=stations, sums=[Sum("Orders", 2)], count=2)
    assert state.standing == standing


def test_a_wrong_sum_is_reported_only_once_everything_is_done() -> None:
    wrong = [Sum("Charges", 2, holds=False)]
    assert LabState(stations=[IDLE], sums=wrong, count=2).standing == "wrong"
    assert LabState(stations=[BUSY], sums=wrong, count=2).standing == "under way"


def test_the_standing_says_when_a_sandbox_is_empty_and_when_nothing_moves() -> None:
    assert LabState(stations=[StationState()], sums=()).standing == "empty"
    still = LabState(stations=[DEAD, QUEUED], sums=(), count=1, stands_still=True)
    assert still.standing == "still"
