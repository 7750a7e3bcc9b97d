"""The labs' backbone: the site's own code, in an app bound to another schema."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from flask import Flask, current_app
from flask.sansio.app import App
from sqlalchemy.orm import Session

from app.events.bell import init_bell
from app.events.subscription import init_subscriptions
from app.labs.scenarios import SUBSCRIPTIONS
from app.platform.database import db, init_database
from config import Config

SCHEMA = "labs"
CHANNEL = "labs_recorded"
RUNNING = "labs.runner"
"""The lock of the one process that runs the sandboxes' relay, broker and consumers."""
# Separate from the site's own connections, so that no applicant waits for a visitor of the labs.
WEB_CONNECTIONS = 2


def init_labs(app: App, config: Config) -> None:
    app.extensions["labs"] = make_backbone(config, connections=WEB_CONNECTIONS)


def make_backbone(config: Config, *, connections: int) -> Flask:
    """An app in whose context the backbone uses only the labs' schema, with its own session,
    subscriptions and bell."""
    config = msgspec.structs.replace(config, DATABASE_POOL_SIZE=connections)
    backbone = Flask(__name__, static_folder=None)
    backbone.config["SITE"] = config
    init_database(backbone, config, schema=SCHEMA)
    init_bell(backbone, config.postgres_url, CHANNEL)
    init_subscriptions(backbone, SUBSCRIPTIONS)
    backbone.extensions["tracer"] = None  # a sandbox has no place in the site's traces
    return backbone


@contextmanager
def on_backbone() -> Iterator[Session]:
    """A session on the labs' schema; at the end, what was not committed is rolled back. Inside, the
    site's own session is not available."""
    with current_app.extensions["labs"].app_context():
        yield db.session()
