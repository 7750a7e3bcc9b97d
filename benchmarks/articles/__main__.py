"""Measure the figures and print them: ``python -m benchmarks.articles [name …]``."""

import argparse

from benchmarks.articles.kills import compare_kills
from benchmarks.articles.locks import compare_locks
from benchmarks.articles.pages import pages_read
from benchmarks.articles.printed import run_printed
from benchmarks.articles.queues import pay_day
from benchmarks.articles.repeats import charges, ledger, reserve, size_of_marks
from benchmarks.articles.sequences import count_sequences
from benchmarks.articles.stock import sold
from benchmarks.turns import print_loads
from local.postgres import temporary_postgres

FRESH_RUNS = 5
NO_LOCK = "no lock"


def print_pages() -> None:
    """Print the pages read, by query."""
    with temporary_postgres() as postgres:
        for question, count in pages_read(postgres).items():
            print(f"{question}: {count:,} pages")


def print_marks() -> None:
    """Print the size of a million marks of handled events."""
    with temporary_postgres() as postgres:
        print(f"a million marks: {size_of_marks(postgres) / 1e6:.0f} MB")


def print_repeats() -> None:
    """Print the effects after everything was delivered many times."""
    with temporary_postgres() as postgres:
        print("outcomes of 100 events, stock left of 50: {}, {}".format(*reserve(postgres)))
        print("charges of 100 payments, stored keys:", charges(postgres, "stored", fresh=False))
        fresh = [charges(postgres, f"fresh{run}", fresh=True) for run in range(FRESH_RUNS)]
        print("charges of 100 payments, fresh keys:", *fresh)
        print("50 captures and 50 payouts, ten times each:", ledger(postgres))


def print_stock() -> None:
    """Print how many of three items were sold."""
    with temporary_postgres() as postgres:
        for way, counts in sold(postgres).items():
            print(f"{way}: {min(counts)} to {max(counts)} sold of 3, in {len(counts)} rounds")


def print_sequences() -> None:
    """Print how many sequences of events the process handles correctly."""
    print(f"{count_sequences():,} sequences, each ended well")


def print_pay_day() -> None:
    """Print the backlog after the surge."""
    for workers in (1, 2, 4, 8, 9):
        found = pay_day(workers)
        print(
            f"{workers} workers: {found.waiting:,.0f} wait, the newest {found.newest:,.1f} s,"
            f" caught up after {found.caught_up:,.0f} s"
        )


def print_lags() -> None:
    """Run the article's own simulation, which prints three lines, and its highest load with two
    more seeds."""
    lags = run_printed("ordering-and-consistency", "def lags").lags
    for seed in (2, 3):
        found = lags(47.5, 50, seed=seed)
        print(f"47.5, seed {seed}: 99th percentile {found[len(found) * 99 // 100]}")


def print_locks() -> None:
    """Print what locks cost, on a server that waits for its disk."""
    with temporary_postgres(fast=False) as postgres:
        loads = compare_locks(postgres, rounds=9, transactions=2000)
    print_loads(loads, NO_LOCK)
    for way, rounds in loads.items():
        shares = [one.rate / none.rate for one, none in zip(rounds, loads[NO_LOCK], strict=True)]
        print(f"{way}: {min(shares):.2f} to {max(shares):.2f} of {NO_LOCK}")


def print_kills() -> None:
    """Print what Celery on Redis loses and repeats; takes some minutes."""
    for killed, found in compare_kills().items():
        print(f"{killed}: {found}")


MEASUREMENTS = {
    "pages": print_pages,
    "marks": print_marks,
    "repeats": print_repeats,
    "stock": print_stock,
    "sequences": print_sequences,
    "pay-day": print_pay_day,
    "lags": print_lags,
    "locks": print_locks,
    "kills": print_kills,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.articles", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASUREMENTS))
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    for name in options.names or [name for name in MEASUREMENTS if name != "kills"]:
        print(f"\n{name}", flush=True)
        MEASUREMENTS[name]()


if __name__ == "__main__":
    main()
