"""The site with one guard taken out, for a control: what it does, the fault test must notice."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from app.events.tasks import sweep_deliveries
from local.commands import procfile, shell
from local.ports import answers_ok
from local.process import Process
from tests.site import Site


@contextmanager
def serving(site: Site, factory: str) -> Iterator[None]:
    """Within it the web process serves what that function makes, in place of the site."""
    careful = site.processes["web"]
    careful.stop()
    site.processes["web"] = careless = Process(
        "web",
        shell(procfile()["web"].replace("wsgi:app", f"--factory {__name__}:{factory}")),
        log=careful.log,
        environ=site.settings,
        ready=lambda: answers_ok(f"{site.url}/readyz"),
    )
    try:
        careless.start()
        yield
    finally:
        careless.stop()
        site.processes["web"] = careful


class RedisBell:
    """Sends a task, and waits until Redis has it."""

    def ring(self) -> None:
        sweep_deliveries.delay()


def with_redis_in_the_request() -> Flask:
    app = create_app()
    app.extensions["bell"] = RedisBell()
    return app
