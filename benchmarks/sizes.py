"""What an event costs, from its append to its delivery, by how long the log is already."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from app.database import db
from app.events.delivery import deliver
from app.events.relay import relay_batch
from app.events.retry import RetryPolicy
from app.events.subscription import current_subscriptions
from benchmarks.backbone import Backbone
from benchmarks.fill import fill_log
from benchmarks.noops import subscribe_noops
from local.postgres import Postgres

STEPS = ("append", "relay", "delivery")
POLICY = RetryPolicy(first=1, cap=1, most=1)

Costs = dict[str, float]


def costs_by_size(
    postgres: Postgres, backbone: Backbone, sizes: Sequence[int], rounds: int, count: int
) -> dict[int, Costs]:
    """Seconds for each step of one event, the median of the rounds with ``count`` events each, with
    so many events in the log, all of them delivered."""
    database = backbone.url.rpartition("/")[2]
    subscribe_noops(backbone.app, "one")
    costs = {}
    filled = 0
    for size in sizes:
        fill_log(postgres, database, size - filled)
        filled = size
        one_round(backbone, count)
        taken = [one_round(backbone, count) for _ in range(rounds)]
        costs[size] = {step: median(costs[step] for costs in taken) for step in STEPS}
    return costs


def one_round(backbone: Backbone, count: int) -> Costs:
    """The steps one after the other in this process, the tasks carried by hand."""
    session = db.session()
    tasks: list[Sequence[int]] = []
    keeper = backbone.app.extensions["lease_keeper"]

    def relay_all() -> None:
        while relay_batch(current_subscriptions(), tasks.append):
            pass

    def deliver_all() -> None:
        for task in tasks:
            deliver(session, task, current_subscriptions(), POLICY, keeper, tasks.append)

    return {
        "append": seconds_each(count, lambda: backbone.append(count, 1)),
        "relay": seconds_each(count, relay_all),
        "delivery": seconds_each(count, deliver_all),
    }


def seconds_each(count: int, run: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    run()
    return (time.perf_counter() - started_at) / count


def print_costs(costs: dict[int, Costs]) -> None:
    first = next(iter(costs.values()))
    print(f"| events in the log | {' | '.join(f'{step}, µs | of the first' for step in STEPS)} |")
    print(f"| ---: |{' ---: |' * 2 * len(STEPS)}")
    for size, cost in costs.items():
        cells = [f"{cost[step] * 1e6:,.0f} | {cost[step] / first[step]:.2f}" for step in STEPS]
        print(f"| {size:,} | {' | '.join(cells)} |")
    print(flush=True)
