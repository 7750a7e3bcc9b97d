"""A task that counts its runs, in a Celery app on Redis with late acknowledgement."""

import os
import time

import redis
from celery import Celery

URL = os.environ["KILLS_REDIS_URL"]
RUNS = "runs"
SECONDS = 0.005

celery = Celery("kills", broker=URL)
celery.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    # Long enough that only the tasks of killed workers come back, never those of a living one.
    broker_transport_options={"visibility_timeout": 20},
)
store = redis.Redis.from_url(URL)


@celery.task
def count_run(number: int) -> None:
    """Sleep for as long as a small handler runs, then count."""
    time.sleep(SECONDS)
    store.hincrby(RUNS, str(number), 1)
