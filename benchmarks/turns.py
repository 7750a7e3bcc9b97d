"""Runs contestants in turns, and prints the tables of their results."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import NamedTuple


class Load(NamedTuple):
    """The result of one run: requests per second, and percentiles of the latency in seconds."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0


def timed(count: int, run: Callable[[], object]) -> Load:
    """The rate at which ``run``, which does ``count`` things, does them."""
    started_at = time.perf_counter()
    run()
    return Load(count / (time.perf_counter() - started_at))


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th percentile."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[98]


Loads = Mapping[str, list[Load]]


def turn_options(program: str, requests: int = 2000) -> ArgumentParser:
    """The options that every comparison of requests has; ``requests`` is the default number."""
    parser = ArgumentParser(prog=program)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=requests, help="to each, in each round")
    parser.add_argument("--connections", type=int, default=8)
    return parser


def take_turns(contestants: Mapping[str, Callable[[int], Load]], rounds: int, count: int) -> Loads:
    """Run every contestant with ``count`` requests, one after the other, ``rounds`` times.

    A shorter turn before the first round, which fills caches and pools, is not counted.
    """
    loads: dict[str, list[Load]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            load = run(count if number else max(count // 4, 100))
            if number:
                loads[name].append(load)
    return loads


def print_loads(loads: Loads, against: str) -> None:
    """Print a row for each contestant: medians, and the median of the rounds' ratios to one of
    them."""
    print(f"| | a second | p50, ms | p99, ms | of {against} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, rounds in loads.items():
        rate, p50, p99 = (median(figures) for figures in zip(*rounds, strict=True))
        share = ratio(loads, name, against)
        print(f"| {name} | {rate:,.0f} | {p50 * 1e3:.1f} | {p99 * 1e3:.1f} | {share:.2f} |")
    print(flush=True)


def print_rates(what: str, loads: Loads, against: Sequence[str]) -> None:
    """Print a row for each contestant: the median rate, and its ratio to each of ``against``."""
    print(f"| {what} | a second | {' | '.join(f'of {name}' for name in against)} |")
    print(f"| --- | ---: |{' ---: |' * len(against)}")
    for name, rounds in loads.items():
        ratios = " | ".join(f"{ratio(loads, name, other):.2f}" for other in against)
        print(f"| {name} | {median(load.rate for load in rounds):,.0f} | {ratios} |")
    print(flush=True)


def ratio(loads: Loads, one: str, other: str) -> float:
    """The median of the rounds' ratios of one contestant's rate to the other's."""
    return median(a.rate / b.rate for a, b in zip(loads[one], loads[other], strict=True))


def print_times(times: Mapping[str, list[float]], against: str) -> None:
    """Print a row for each contestant: percentiles of its times, and their ratio to one of them."""
    base = percentiles(times[against])
    print(f"| | p50, ms | p99, ms | p50 of {against} | p99 of {against} |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, taken in times.items():
        p50, p99 = percentiles(taken)
        ratios = f"{p50 / base[0]:.1f} | {p99 / base[1]:.1f}"
        print(f"| {name} | {p50 * 1e3:.1f} | {p99 * 1e3:.1f} | {ratios} |")
    print(flush=True)
