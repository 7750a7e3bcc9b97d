"""The application factory, in named steps.

To see what the site does, read `app/blueprints.py` (its pages) and `app/subscriptions.py` (its
events and who acts on them).
"""

import gc

# Importing leaves next to no garbage, and collecting it takes a fifth of each process's start.
gc.disable()

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from app.applications.intake.address import init_intake
from app.background.setup import init_celery
from app.blueprints import BLUEPRINTS, LABS
from app.bridges.addresses import init_bridges
from app.cli import register_commands
from app.content.library import init_content
from app.content.shortcut import init_shortcut
from app.content.texts.articles import current_articles
from app.events.bell import init_bell
from app.events.projections.projection import init_projections
from app.events.subscription import init_subscriptions
from app.events.types import declared_events
from app.events.upcast import check_upcasts
from app.extensions import csrf, limiter, login_manager, migrate
from app.firm_data import load_firm_data
from app.logs import configure_logging, init_logs
from app.platform.database import db, init_database
from app.platform.languages.catalogs import init_languages
from app.platform.msgspec_warmup import learn_structs
from app.platform.storage.address import init_uploads
from app.platform.telemetry.setup import init_telemetry
from app.projections import PROJECTIONS
from app.subscriptions import SUBSCRIPTIONS
from app.web.compression import init_compression
from app.web.errors import init_errors
from app.web.maintenance import init_maintenance
from app.web.rendering import init_rendering
from app.web.request_trace import init_request_trace
from app.web.security import init_security
from config import ROOT, Config, load_config

gc.freeze()  # what is imported stays
gc.enable()


def create_app(config: Config | None = None) -> Flask:
    """Make the site. Raises ConfigurationError, or DataFileError or ContentError for a fault under
    content/."""
    config = config or load_config()
    configure_logging(config)
    learn_structs()
    app = Flask(__name__, static_folder=None)
    init_settings(app, config)
    init_telemetry(app, config)
    init_request_trace(app, config)
    init_logs(app)
    init_shortcut(app, config)
    init_security(app, config)
    init_maintenance(app, config)
    init_compression(app)
    init_data(app, config)
    init_extensions(app, config)
    init_languages(app, Path(config.CONTENT_DIR), app.extensions["brand"].languages)
    init_rendering(app)
    init_errors(app)
    for blueprint in (*BLUEPRINTS, *(LABS if app.extensions["brand"].labs else ())):
        app.register_blueprint(blueprint)
    init_content(app, config)
    app.add_template_global(current_articles)
    register_commands(app)
    return app


def init_settings(app: Flask, config: Config) -> None:
    address = urlsplit(config.BASE_URL)
    app.config.update(
        SITE=config,
        TESTING=config.ENVIRONMENT == "test",
        # Links in mail are built outside any request.
        SERVER_NAME=address.netloc,
        PREFERRED_URL_SCHEME=address.scheme,
    )


def init_data(app: Flask, config: Config) -> None:
    """The firm's own data, the database, and the backbone between the domains."""
    load_firm_data(app, config)
    init_database(app, config)
    init_bell(app, config.postgres_url)
    init_subscriptions(app, SUBSCRIPTIONS)
    init_projections(app, PROJECTIONS)
    init_bridges(app, config)
    init_intake(app, config)
    init_uploads(app, config)
    check_upcasts({name: one.schema_version for name, one in declared_events().items()})
    init_celery(app, config)


def init_extensions(app: Flask, config: Config) -> None:
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    csrf.init_app(app)
    # It would load the user for every page, even for the one that says there is no database.
    login_manager.init_app(app, add_context_processor=False)
    app.config.update(
        RATELIMIT_STORAGE_URI=config.REDIS_URL,
        # Redis may hang: a request waits this long once, then limits are counted in memory.
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.1, "socket_connect_timeout": 0.1},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)
    # Every limit is declared on its own view, so this check of each request would find nothing.
    app.before_request_funcs[None].remove(limiter._check_request_limit)  # noqa: SLF001
