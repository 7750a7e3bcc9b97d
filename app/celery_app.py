"""The entry point for Celery: `celery -A app.celery_app:celery worker`, or `beat`."""

from celery import signals

from app.start import end_unless_upgraded, start_app

app = start_app()
celery = app.extensions["celery"]


@signals.worker_init.connect(weak=False)
def look_at_schema(**_: object) -> None:
    end_unless_upgraded(app)
