"""The site with one guard removed, as a control: the fault test must notice the damage."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from app.events.tasks import sweep_deliveries
from local.commands import procfile, shell
from local.ports import answers_ok
from tests.forked_process import ForkedProcess
from tests.site import Site

# The companies at whose applications the odd worker ends its process or, once, stops it.
POISON = "Poison & Sons"
SLEEPER = "Rip van Winkle"
# The file in VAR_DIR that holds the id of the stopped process.
SLEEPING = "sleeping"
TRIES = 3


@contextmanager
def working_oddly(site: Site) -> Iterator[None]:
    """Inside, the worker has subscribers that end or stop their own process."""
    command = procfile()["worker"].replace("app.celery_app", "tests.faults.odd_worker")
    with replaced(site, "worker", command, DELIVERY_MAX_ATTEMPTS=str(TRIES)):
        yield


@contextmanager
def serving(site: Site, factory: str) -> Iterator[None]:
    """Inside, the web process serves what that factory makes, instead of the site."""
    command = procfile()["web"].replace("wsgi:app", f"--factory {__name__}:{factory}")
    with replaced(site, "web", command, ready=lambda: answers_ok(f"{site.url}/readyz")):
        yield


@contextmanager
def replaced(
    site: Site,
    name: str,
    command: str,
    *,
    ready: Callable[[], bool] = lambda: True,
    **settings: str,
) -> Iterator[None]:
    """Inside, that process runs another command, with its own settings."""
    careful = site.processes[name]
    careful.stop()
    site.processes[name] = careless = ForkedProcess(
        name,
        shell(command),
        log=careful.log,
        environ={**site.settings, **settings},
        ready=ready,
        ready_within=60,
    )
    try:
        careless.start()
        yield
    finally:
        careless.stop()
        site.processes[name] = careful


class RedisBell:
    """A bell that sends a task and waits until Redis has it."""

    def ring(self) -> None:
        sweep_deliveries.delay()


def with_redis_in_the_request() -> Flask:
    app = create_app()
    app.extensions["bell"] = RedisBell()
    return app
