"""The labs' backbone: the site's own code, in an app that is bound to another schema."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from flask import Flask, current_app
from flask.sansio.app import App
from sqlalchemy.orm import Session

from app.database import db, init_database
from app.events.bell import init_bell
from app.events.subscription import init_subscriptions
from app.labs.scenarios import SUBSCRIPTIONS
from config import Config

SCHEMA = "labs"
CHANNEL = "labs_recorded"
RUNNING = "labs.runner"
"""What one process is alone at: the sandboxes' relay, broker and consumers."""
# Apart from the site's own, so that nobody who applies waits for a visitor of the labs.
WEB_CONNECTIONS = 2


def init_labs(app: App, config: Config) -> None:
    app.extensions["labs"] = make_backbone(config, connections=WEB_CONNECTIONS)


def make_backbone(config: Config, *, connections: int) -> Flask:
    """An app in whose context the backbone works over the labs' schema, and reaches no other: its
    session, its table of subscriptions, its bell."""
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
    """A session of the labs, for as long as this lasts. What the caller has not committed is rolled
    back. The site's own session is out of reach meanwhile."""
    with current_app.extensions["labs"].app_context():
        yield db.session()
