"""Background work: Celery (`setup`) and its `broker`, the scheduler (`beat`) and its `schedule`,
and how a worker is woken (`wake`)."""
