"""Celery: tasks are wake-ups; Postgres holds the work.

A task may be lost, doubled or late without harm, so nothing here uses results, countdowns or
Celery's own retries (docs/reliability.md says what was measured).
"""

from typing import Any

import structlog
from celery import Celery, Task, signals
from flask import Flask
from sqlalchemy import Engine

from app.background.broker import broker_settings
from app.background.schedule import beat_schedule
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import RelayAtHand
from app.events.tasks import send_deliveries
from app.events.tracing import new_trace
from app.operations.replay.closed_doors import refuse
from app.platform.command_group import needs_upgrade
from app.platform.database import DATABASE_AWAY, db, kind_of
from app.platform.telemetry.setup import close_telemetry
from config import Config

log = structlog.get_logger()


def init_celery(app: Flask, config: Config) -> None:
    celery = Celery(app.import_name, task_cls=_task_of(app))
    celery.conf.update(
        _settings(config),
        beat_scheduler="app.background.beat:SteadyScheduler",
        beat_lead_at=config.postgres_url,
        # A clock that is set back in the middle of a tick silences beat for no longer than this.
        beat_max_loop_interval=5,
        beat_schedule=beat_schedule(config),
    )
    celery.set_default()
    app.extensions["celery"] = celery
    app.extensions["lease_keeper"] = LeaseKeeper(
        lambda: _engine_of(app), config.DELIVERY_LEASE_SECONDS
    )
    app.extensions["relay_at_hand"] = RelayAtHand(send_deliveries)
    _follow_worker_processes(app)


def _task_of(app: Flask) -> type[Task]:
    """The base of every task. It runs in the app's context and in a trace of its own, since one
    worker process runs many tasks. It can't be sent while a handler is only rehearsed. In a worker,
    trouble with the database ends it with one line in the log: the sweep alone would fill pages."""

    class TaskInApp(Task):
        def apply_async(self, *args: object, **kwargs: object) -> object:
            refuse(f"a task for a worker: {self.name}")
            return super().apply_async(*args, **kwargs)

        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context(), new_trace():
                try:
                    return self.run(*args, **kwargs)
                except Exception as error:
                    kinds = _kinds_of_database_trouble(error)
                    if self.request.called_directly or not kinds:
                        raise
                    log.warning("worker.database_unreachable", task=self.name, error=kinds)
                    return None

    return TaskInApp


def _kinds_of_database_trouble(error: Exception) -> str:
    """The driver's names for what is wrong with the database; "" if anything else is wrong."""
    errors = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    if all(isinstance(one, DATABASE_AWAY) or needs_upgrade(one) for one in errors):
        return ", ".join(sorted({kind_of(one) for one in errors}))
    return ""


def _settings(config: Config) -> dict[str, Any]:
    """Celery's settings for the broker, the tasks and the workers."""
    return {
        **broker_settings(config),
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": 45,
        "task_time_limit": 60,
        "worker_prefetch_multiplier": 4,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "timezone": "UTC",
    }


def _follow_worker_processes(app: Flask) -> None:
    """Prepare each child process of a worker when it starts, and clean up when it ends."""

    @signals.worker_process_init.connect(weak=False)
    def start_worker_process(**_: object) -> None:
        with app.app_context():
            db.engine.dispose(close=False)  # the parent's connections stay the parent's
        app.extensions["bell"] = app.extensions["relay_at_hand"]

    @signals.worker_process_shutdown.connect(weak=False)
    def stop_worker_process(**_: object) -> None:
        close_telemetry(app)


def _engine_of(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@signals.setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Connecting here is what stops Celery from setting up logs of its own."""
