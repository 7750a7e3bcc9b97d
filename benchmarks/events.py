"""What the event backbone costs, compared with what is available off the shelf.

All contestants of a table run in turns on the same servers, so that their ratios hold even if the
machine's speed varies. Postgres writes every commit to disk before it answers; its data is in the
folder for temporary files, so set TMPDIR if that is in memory.
"""

import argparse
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.appends import LIBRARY, RAW, SITE, appenders
from benchmarks.backbone import Backbone, measured_backbone
from benchmarks.fill import fill_library, fill_log
from benchmarks.flows import (
    DELIVERED,
    HANDLED,
    ONE,
    PUBLISHED,
    RELAYED,
    THREE,
    handlers,
    publishers,
)
from benchmarks.lag import LOW, measure_lags, print_lags
from benchmarks.library import Library, install_library, library_at
from benchmarks.replays import CURSOR, IN_BATCHES, IN_SQL, rebuilders, replayers
from benchmarks.sizes import STEPS, costs_by_size, logs_of, of_the_shortest, print_costs
from benchmarks.turns import percentiles, print_rates, ratio, take_turns
from local.postgres import temporary_postgres
from local.redis import temporary_redis
from tests.settled import wait_until_settled

HUNDRED = 100
FLAT = 1.2

# What was measured (a name and a value), and the aim.
Aims = list[tuple[str, str, str]]


def main() -> None:
    options = parse_options()
    aims: Aims = []
    with ExitStack() as stack:
        postgres = stack.enter_context(temporary_postgres(fast=False))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        python = options.library or install_library(folder / "library")
        url = postgres.create_database("library")
        library = stack.enter_context(library_at(python, url))
        with temporary_redis() as redis, measured_backbone(postgres, redis) as backbone:
            compare_appends(backbone, library, options, aims)
            fill_log(postgres, backbone.url.rpartition("/")[2], options.events)
            fill_library(url, options.events)
            compare_replays(backbone, library, options, aims)
        with temporary_redis() as redis, measured_backbone(postgres, redis) as backbone:
            compare_flows(backbone, options, aims)
            compare_lags(backbone, options, aims)
        with temporary_redis() as redis, logs_of(postgres, redis, options.sizes) as logs:
            compare_sizes(logs, options, aims)
    print_aims(aims)


def compare_appends(
    backbone: Backbone, library: Library, options: argparse.Namespace, aims: Aims
) -> None:
    for together, words in ((1, "one a commit"), (HUNDRED, "a hundred a commit")):
        with appenders(backbone, library, together) as contestants:
            count = options.appends * (1 if together == 1 else 10)
            loads = take_turns(contestants, options.rounds, count)
        print_rates(f"appended, {words}", loads, (LIBRARY, RAW))
        aims.append((f"append, {words}", f"{ratio(loads, SITE, LIBRARY):.1f}", "≥ 2.5 the library"))


def compare_replays(
    backbone: Backbone, library: Library, options: argparse.Namespace, aims: Aims
) -> None:
    wait_until_settled()
    loads = take_turns(replayers(backbone, library), options.rounds, options.events)
    print_rates("read and decoded", loads, (LIBRARY, CURSOR))
    aims.append(("read and decode", f"{ratio(loads, SITE, LIBRARY):.1f}", "≥ 1.5 the library"))
    loads = take_turns(rebuilders(library), options.rounds, options.events)
    print_rates("folded into a table", loads, (LIBRARY,))
    for name in (IN_BATCHES, IN_SQL):
        aims.append((f"rebuild, {name}", f"{ratio(loads, name, LIBRARY):.1f}", "≥ 3 the library"))


def compare_flows(backbone: Backbone, options: argparse.Namespace, aims: Aims) -> None:
    loads = take_turns(publishers(backbone), options.rounds, options.deliveries)
    print_rates("into Redis", loads, (PUBLISHED,))
    for name in (RELAYED.format(ONE), RELAYED.format(THREE)):
        aims.append((name, f"{ratio(loads, name, PUBLISHED):.2f}", "≥ 0.8 Celery"))
    loads = take_turns(handlers(backbone), options.rounds, options.deliveries)
    print_rates("handled by a worker", loads, (HANDLED,))
    for name in (DELIVERED.format(ONE), DELIVERED.format(THREE)):
        aims.append((name, f"{ratio(loads, name, HANDLED):.2f}", "≥ 0.6 Celery"))


def compare_lags(backbone: Backbone, options: argparse.Namespace, aims: Aims) -> None:
    rates = (LOW, *options.rates)
    lags = {rate: measure_lags(backbone, rate, int(rate * options.seconds)) for rate in rates}
    print_lags(lags)
    p50, _ = percentiles(lags[LOW].committed_to_started)
    aims.append(("commit → handler started, p50", f"{p50 * 1e3:.1f} ms", "under 10 ms"))


def compare_sizes(logs: Mapping[int, Backbone], options: argparse.Namespace, aims: Aims) -> None:
    costs = costs_by_size(logs, options.rounds, options.appends)
    print_costs(costs)
    for step in STEPS:
        worst = max(of_the_shortest(costs, size, step) for size in costs)
        aims.append((f"{step}, by the log's length", f"{worst:.2f}", f"≤ {FLAT} the shortest"))


def print_aims(aims: Aims) -> None:
    print("| | measured | aim |")
    print("| --- | ---: | --- |")
    for name, measured, aim in aims:
        print(f"| {name} | {measured} | {aim} |")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--appends", type=int, default=2_000, help="one a commit, in each round")
    parser.add_argument("--events", type=int, default=1_000_000, help="read and folded")
    parser.add_argument("--deliveries", type=int, default=6_000, help="relayed, and handled")
    parser.add_argument("--seconds", type=float, default=20, help="of each rate, for the lag")
    parser.add_argument("--rates", type=float, nargs="*", default=(100.0, 1_000.0))
    sizes = (10_000, 100_000, 1_000_000, 10_000_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, help="of the logs")
    parser.add_argument("--library", type=Path, help="a Python that has the library already")
    return parser.parse_args()


if __name__ == "__main__":
    main()
