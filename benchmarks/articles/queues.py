"""A simulated pay day: random arrivals, a number of workers, and a surge of five minutes."""

import heapq
import random
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

USUAL, SURGE, SECONDS, HANDLING = 20.0, 300.0, 300.0, 0.025
RUNS = 9


class Backlog(NamedTuple):
    """At the end of the surge: how many wait, how long the newest has to wait, and how many seconds
    later nothing waits."""

    waiting: float
    newest: float
    caught_up: float


def pay_day(workers: int, runs: int = RUNS, seconds: float = SECONDS) -> Backlog:
    """The medians over runs with different seeds."""
    found = [_run(workers, seconds, random.Random(seed)) for seed in range(runs)]
    return Backlog(*(median(figures) for figures in zip(*found, strict=True)))


def _run(workers: int, seconds: float, rng: random.Random) -> Backlog:
    free = [0.0] * workers
    waiting, newest = 0, 0.0
    for at in _arrivals(seconds, rng):
        start = max(at, free[0])
        heapq.heapreplace(free, start + rng.expovariate(1 / HANDLING))
        if at <= seconds:
            newest = start - at
            waiting += start > seconds
        elif start == at:
            return Backlog(waiting, newest, at - seconds)
    raise AssertionError("arrivals do not end")


def _arrivals(seconds: float, rng: random.Random) -> Iterator[float]:
    at = 0.0
    while True:
        at += rng.expovariate(USUAL + SURGE if at < seconds else USUAL)
        yield at
