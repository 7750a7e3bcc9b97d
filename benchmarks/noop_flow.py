"""The site with no-op subscribers, chosen by NOOP_SUBSCRIBERS: ``benchmarks.noop_flow:celery`` for
a worker, ``benchmarks.noop_flow:app`` for a relay."""

import os

from app import create_app
from benchmarks.noops import subscribe_noops

app = create_app()
subscribe_noops(app, os.environ["NOOP_SUBSCRIBERS"])
celery = app.extensions["celery"]
