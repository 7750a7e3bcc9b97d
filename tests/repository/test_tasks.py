"""What the scheduler rings for, a worker knows."""

from flask import Flask


def test_every_scheduled_task_is_one_that_a_worker_has(app: Flask) -> None:
    celery = app.extensions["celery"]
    scheduled = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert scheduled <= set(celery.tasks)
