"""The site with subscribers that do nothing: ``benchmarks.noop_flow:celery`` for a worker, and
``benchmarks.noop_flow:app`` for a relay. NOOP_SUBSCRIBERS names them."""

import os

from app import create_app
from benchmarks.noops import subscribe_noops

app = create_app()
subscribe_noops(app, os.environ["NOOP_SUBSCRIBERS"])
celery = app.extensions["celery"]
