"""The background: Celery, its clock, and the ring for a worker."""
