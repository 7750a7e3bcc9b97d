"""A Celery task that does nothing, in the site's own Celery app, so with the site's own settings.

``benchmarks.noop:celery`` for its worker. Its answer comes back through Redis, as Celery does it.
"""

from app.celery_app import celery

celery.conf.result_backend = celery.conf.broker_write_url


@celery.task(name="benchmarks.noop", ignore_result=False)
def noop() -> None:
    """Nothing."""
