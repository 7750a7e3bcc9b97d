"""Celery: tasks are wake-ups; Postgres holds the work.

A task may be lost, doubled or late without harm, so nothing here uses results, countdowns or
Celery's own retries (docs/reliability.md says what was measured).
"""

from typing import Any

from celery import Celery, Task, signals
from flask import Flask

from app.database import db
from app.events.bridges.tasks import sweep_bridges
from app.events.relay import RelayAtHand
from app.events.tasks import send_delivery
from config import Config


def init_celery(app: Flask, config: Config) -> None:
    class TaskInApp(Task):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.import_name, task_cls=TaskInApp)
    celery.conf.update(
        broker_url=config.broker_url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(config.broker_url),
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=45,
        task_time_limit=60,
        worker_prefetch_multiplier=4,
        worker_soft_shutdown_timeout=20,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        beat_schedule={
            "sweep-deliveries": {"task": "events.sweep", "schedule": config.SWEEP_SECONDS},
            "sweep-mail": {"task": "notifications.sweep", "schedule": config.SWEEP_SECONDS},
            "sweep-bridges": {"task": sweep_bridges.name, "schedule": config.SWEEP_SECONDS},
        },
        timezone="UTC",
    )
    celery.set_default()
    app.extensions["celery"] = celery

    @signals.worker_process_init.connect(weak=False)
    def start_worker_process(**_: object) -> None:
        with app.app_context():
            db.engine.dispose(close=False)  # the parent's connections stay the parent's
        app.extensions["bell"] = RelayAtHand(send_delivery)


def _transport_options(url: str) -> dict[str, Any]:
    if not url.startswith("redis"):
        return {}
    return {
        "visibility_timeout": 300,
        "unacked_restore_interval": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "health_check_interval": 10,
    }


@signals.setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Connecting here is what stops Celery from setting up logs of its own."""
