"""What a submit costs: from the POST to the durable commit, and on to the proposed engagement.

All contestants run in turns on the same servers, so that their ratios hold even if the machine's
speed varies. Postgres writes every commit to disk before it answers; its data is in the folder for
temporary files, so set TMPDIR if that is in memory.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.bare_view import bare_view
from benchmarks.latency import noop_times, proposal_times
from benchmarks.pgbench import run_pgbench
from benchmarks.sample import ANSWERS, rows
from benchmarks.site import MeasuredSite, measured_site
from benchmarks.turns import Load, print_loads, print_times, ratio, take_turns, turn_options
from benchmarks.wagtail_form import install_wagtail, wagtail_form
from local.postgres import Postgres, temporary_postgres
from local.redis import Redis, temporary_redis

SUBMIT = "POST /apply/submit"
BARE = "a bare view's two inserts"
FORM = "the same behind a session and a form"
STATEMENTS = "the site's two statements behind them"
PROPOSED = "submit → engagement proposed"
NOOP = "a no-op Celery task"
WAGTAIL = "a Wagtail form page with its mail"
# Wagtail takes so much longer that fewer requests are enough.
WAGTAIL_SHARE = 10
TRANSACTION = Path(__file__).with_name("two_inserts.sql")
WARM_UP = 10


def main() -> None:
    options = parse_options()
    with ExitStack() as stack:
        postgres = stack.enter_context(temporary_postgres(fast=False))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        # A separate Redis for each, because the loads leave a long queue behind.
        with temporary_redis() as redis:
            compare_loads(postgres, redis, folder, options)
        with temporary_redis() as redis:
            compare_times(postgres, redis, folder, options.applications)


def compare_loads(
    postgres: Postgres, redis: Redis, folder: Path, options: argparse.Namespace
) -> None:
    """Submits per second, compared with programs that do less, or the same in another way."""
    with ExitStack() as stack:
        web = stack.enter_context(measured_site(postgres, redis, "web"))
        whole = stack.enter_context(measured_site(postgres, redis, "web"))
        bare = stack.enter_context(bare_view(web.site.settings, folder))
        clients = options.connections
        contestants: dict[str, Callable[[int], Load]] = {
            SUBMIT: lambda count: web.submit(count, clients),
            f"{SUBMIT}, handled meanwhile": lambda count: submit_and_handle(whole, count, clients),
            BARE: lambda count: bare.submit("/two-statements", count, clients),
            FORM: lambda count: bare.submit("/form-and-two-statements", count, clients),
            STATEMENTS: lambda n: bare.send(web.drafts(n), web.questions_version, clients),
            "a bare view's one statement": lambda n: bare.submit("/one-statement", n, clients),
            "pgbench's two inserts": lambda n: insert_by_pgbench(web, n, clients),
        }
        if options.wagtail:
            settings = {**web.site.settings, "DATABASE_URL": postgres.create_database("wagtail")}
            programs = install_wagtail(folder / "wagtail")
            form = stack.enter_context(wagtail_form(programs, settings, folder / "wagtail.log"))
            contestants[WAGTAIL] = lambda count: form.submit(count // WAGTAIL_SHARE, clients)
        loads = take_turns(contestants, options.rounds, options.requests)
        print_loads(loads, BARE)
        if WAGTAIL in loads:
            print(f"{SUBMIT} is {ratio(loads, SUBMIT, WAGTAIL):.1f} times {WAGTAIL}.\n")


def compare_times(postgres: Postgres, redis: Redis, folder: Path, count: int) -> None:
    """The time until the engagement is proposed, while there is nothing else to do."""
    with ExitStack() as stack:
        site = stack.enter_context(measured_site(postgres, redis))
        propose = stack.enter_context(proposal_times(site, count + WARM_UP))
        noop = stack.enter_context(noop_times(site.site.settings, redis, folder))
        print_times(alternate({PROPOSED: propose, NOOP: noop}, count), NOOP)


def submit_and_handle(measured: MeasuredSite, count: int, clients: int) -> Load:
    """Submit while a relay, a worker and a scheduler handle what was submitted before."""
    measured.site.start("relay", "worker", "scheduler")
    load = measured.submit(count, clients)
    measured.site.stop("relay", "worker", "scheduler")
    return load


def insert_by_pgbench(measured: MeasuredSite, count: int, clients: int) -> Load:
    values = {name: str(value) for name, value in rows(ANSWERS).items()}
    url = measured.site.settings["DATABASE_URL"]
    return run_pgbench(url, TRANSACTION.read_text(), count, clients, values)


def alternate(measures: dict[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Take each measure in turn, ``count`` times; the first WARM_UP are not counted."""
    times: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(WARM_UP + count):
        for name, measure in measures.items():
            seconds = measure()
            if number >= WARM_UP:
                times[name].append(seconds)
    return times


def parse_options() -> argparse.Namespace:
    parser = turn_options("python -m benchmarks.submit", requests=4000)
    parser.add_argument("--applications", type=int, default=200, help="sent one at a time")
    parser.add_argument("--wagtail", action="store_true", help="install and measure Wagtail too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
