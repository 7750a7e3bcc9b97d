"""What an event costs, from append to delivery, by the length of the log."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from app.events.delivery.handling import deliver
from app.events.delivery.relay import relay_batch
from app.events.subscription import current_subscriptions
from app.platform.database import db
from app.platform.retry import RetryPolicy
from benchmarks.backbone import Backbone, measured_backbone
from benchmarks.fill import fill_log
from local.postgres import Postgres
from local.redis import Redis

STEPS = ("append", "relay", "delivery")
POLICY = RetryPolicy(base=1, cap=1, max_attempts=1)

Costs = dict[str, float]
"""Seconds for each step of one event."""


@contextmanager
def logs_of(
    postgres: Postgres, redis: Redis, sizes: Sequence[int]
) -> Iterator[Mapping[int, Backbone]]:
    """A backbone for each size, with that many events in its log, all of them delivered."""
    with ExitStack() as stack:
        logs = {}
        for size in sizes:
            logs[size] = stack.enter_context(measured_backbone(postgres, redis))
            fill_log(postgres, logs[size].url.rpartition("/")[2], size)
        yield logs


def costs_by_size(
    logs: Mapping[int, Backbone], rounds: int, count: int
) -> Mapping[int, list[Costs]]:
    """The costs of ``count`` events in each round, the logs in turns; a warm-up round is not
    counted."""
    costs: dict[int, list[Costs]] = {size: [] for size in logs}
    for number in range(rounds + 1):
        for size, backbone in logs.items():
            cost = one_turn(backbone, count)
            if number:
                costs[size].append(cost)
    return costs


def one_turn(backbone: Backbone, count: int) -> Costs:
    """Run the steps one after the other in this process, passing the tasks by hand."""
    tasks: list[Sequence[int]] = []
    keeper = backbone.app.extensions["lease_keeper"]

    def relay_all() -> None:
        while relay_batch(current_subscriptions(), tasks.append):
            pass

    def deliver_all() -> None:
        for task in tasks:
            deliver(db.session(), task, current_subscriptions(), POLICY, keeper, tasks.append)

    with backbone.app.app_context():
        return {
            "append": seconds_each(count, lambda: backbone.append(count, 1)),
            "relay": seconds_each(count, relay_all),
            "delivery": seconds_each(count, deliver_all),
        }


def seconds_each(count: int, run: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    run()
    return (time.perf_counter() - started_at) / count


def of_the_shortest(costs: Mapping[int, list[Costs]], size: int, step: str) -> float:
    """The median of the rounds' ratios to the shortest log."""
    pairs = zip(costs[size], costs[min(costs)], strict=True)
    return median(cost[step] / shortest[step] for cost, shortest in pairs)


def print_costs(costs: Mapping[int, list[Costs]]) -> None:
    print(f"| events in the log | {' | '.join(f'{step}, µs | of the first' for step in STEPS)} |")
    print(f"| ---: |{' ---: |' * 2 * len(STEPS)}")
    for size, rounds in costs.items():
        cells = [
            f"{median(cost[step] for cost in rounds) * 1e6:,.0f}"
            f" | {of_the_shortest(costs, size, step):.2f}"
            for step in STEPS
        ]
        print(f"| {size:,} | {' | '.join(cells)} |")
    print(flush=True)
