"""The entry point for Celery: `celery -A app.celery_app:celery worker`, or `beat`."""

from app.start import start_app

celery = start_app().extensions["celery"]
