"""What the labs cost an applicant: the latency of a submit alone, and beside 200 visitors of the
labs.

Both run in turns on the same site with all its processes, so that the ratio holds even if the
machine's speed varies. Applicants come one at a time with a pause in between; otherwise their own
applications, on their way through the worker, would keep the machine busy.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from statistics import median

from benchmarks.labs_crowd import crowd
from benchmarks.site import MeasuredSite, measured_site
from benchmarks.turns import Load
from local.postgres import temporary_postgres
from local.redis import temporary_redis

PROCESSES = ("web", "relay", "worker", "scheduler", "labs")
QUIET, CROWDED = "nobody in the labs", "visitors in the labs"
# Frees the sandboxes for the next round's visitors.
END_THEIR_SANDBOXES = "UPDATE labs.sandboxes SET ends_at = now() WHERE ends_at > now() RETURNING id"


def main() -> None:
    options = parse_options()
    with ExitStack() as stack:
        postgres = stack.enter_context(temporary_postgres(fast=False))
        redis = stack.enter_context(temporary_redis())
        site = stack.enter_context(measured_site(postgres, redis, *PROCESSES))
        submit = partial(site.submit, options.submits, connections=1, pause=options.pause)
        loads, answers = compare_latencies(site, submit, options.rounds, options.visitors)
    print_latencies(loads, answers)


def compare_latencies(
    site: MeasuredSite, submit: Callable[[], Load], rounds: int, visitors: int
) -> tuple[dict[str, list[Load]], Counter[str]]:
    """The latencies of the submits in each round, quiet and crowded, and the crowd's response
    statuses."""
    loads: dict[str, list[Load]] = {QUIET: [], CROWDED: []}
    answers: Counter[str] = Counter()
    submit()
    for _ in range(rounds):
        loads[QUIET].append(submit())
        with crowd(site.port, visitors) as answered:
            loads[CROWDED].append(submit())
        answers += answered
        site.site.rows(END_THEIR_SANDBOXES)
    return loads, answers


def print_latencies(loads: dict[str, list[Load]], answers: Counter[str]) -> None:
    """Print a row for each, with the medians of the rounds' ratios."""
    print("| a submit | p50, ms | p99, ms | p50 of quiet | p99 of quiet |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, rounds in loads.items():
        pairs = list(zip(rounds, loads[QUIET], strict=True))
        p50, p99 = (median(one[place] for one in rounds) for place in (1, 2))
        ratios = [median(one[place] / quiet[place] for one, quiet in pairs) for place in (1, 2)]
        print(f"| {name} | {p50 * 1e3:.1f} | {p99 * 1e3:.1f} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    print(f"\nThe crowd was answered: {dict(answers)}")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submits", type=int, default=300, help="in each turn, one at a time")
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between two of them")
    parser.add_argument("--visitors", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
