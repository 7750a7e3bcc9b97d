"""What the `celery` command loads: `celery -A app.celery_app:celery worker`, or `beat`."""

import sys

from app import create_app
from config import ConfigurationError

try:
    celery = create_app().extensions["celery"]
except ConfigurationError as error:
    # Celery would put some forty lines around it.
    sys.exit(f"Error: {error.message}")
