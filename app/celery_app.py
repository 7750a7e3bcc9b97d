"""What the `celery` command loads: `celery -A app.celery_app:celery worker`, or `beat`."""

from app import create_app

celery = create_app().extensions["celery"]
