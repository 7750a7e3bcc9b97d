"""The background: Celery (`setup`), its clock (`beat`) and what that rings for (`schedule`), and
the ring for a worker (`wake`)."""
