"""A no-op Celery task, in the site's own Celery app and so with the site's settings.

The worker's app is ``benchmarks.noop:celery``. Results come back through Redis, by Celery's means.
"""

from app.celery_app import celery

celery.conf.result_backend = celery.conf.broker_write_url


@celery.task(name="benchmarks.noop", ignore_result=False)
def noop() -> None:
    """Do nothing."""
