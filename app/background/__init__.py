"""Background work: Celery (`setup`) and its `broker`, the scheduler (`beat`) and its `schedule`,
how a worker is woken (`wake`), and the `sweep` for what nobody was woken for."""
