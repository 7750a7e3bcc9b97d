"""The site with one guard taken out, for controls: what it does, a fault test must notice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.applications import service
from app.database import after_commit
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


def with_the_event_apart() -> Flask:
    """The application is committed first, its event in a transaction of its own."""
    record = service.record

    def record_apart(session: Session, *args: Any, **options: Any) -> Any:
        session.commit()
        return record(session, *args, **options)

    service.record = record_apart  # type: ignore[assignment]
    return create_app()


def with_redis_in_the_request() -> Flask:
    """The request sends a task, and waits until Redis has it."""
    record = service.record

    def record_and_send(session: Session, *args: Any, **options: Any) -> Any:
        after_commit(session, sweep_deliveries.delay)
        return record(session, *args, **options)

    service.record = record_and_send  # type: ignore[assignment]
    return create_app()
