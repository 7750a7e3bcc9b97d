"""The application factory. The blueprints stand in the order of the flow: a prospect reads, applies,
watches, pays; staff sign in and decide; the operator looks after it."""

from urllib.parse import urlsplit

from flask import Flask

from app.accounts.views import accounts
from app.applications.views import applications
from app.background import init_celery
from app.cli import register_commands
from app.content.views import content
from app.database import init_database
from app.engagements.views import engagements
from app.errors import init_errors
from app.events.bell import init_bell
from app.events.subscription import init_subscriptions
from app.extensions import csrf, limiter, login_manager, migrate
from app.firm_data import load_firm_data
from app.logs import configure_logging, init_logs
from app.operation import operation
from app.payments.views import payments
from app.payments.webhook import webhooks
from app.portal.views import portal
from app.rendering import init_rendering
from app.review.views import review
from app.security import init_security
from app.subscriptions import SUBSCRIPTIONS
from config import Config, load_config

BLUEPRINTS = (
    content,
    applications,
    portal,
    payments,
    webhooks,
    accounts,
    review,
    engagements,
    operation,
)


def create_app(config: Config | None = None) -> Flask:
    """Make the site. Raises ConfigurationError, or DataFileError for a fault under content/."""
    config = config or load_config()
    configure_logging(config)
    app = Flask(__name__)
    init_settings(app, config)
    init_logs(app, config)
    init_security(app, config)
    init_data(app, config)
    init_extensions(app, config)
    init_rendering(app)
    init_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_commands(app)
    return app


def init_settings(app: Flask, config: Config) -> None:
    address = urlsplit(config.BASE_URL)
    app.config.update(
        SITE=config,
        TESTING=config.ENVIRONMENT == "test",
        # Links in mail are made where there is no request.
        SERVER_NAME=address.netloc,
        PREFERRED_URL_SCHEME=address.scheme,
    )


def init_data(app: Flask, config: Config) -> None:
    """The firm's own data, the database, and the backbone between the domains."""
    load_firm_data(app, config)
    init_database(app, config)
    init_bell(app, config.sqlalchemy_url.replace("+psycopg", ""))
    init_subscriptions(app, SUBSCRIPTIONS)
    init_celery(app, config)


def init_extensions(app: Flask, config: Config) -> None:
    migrate.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    app.config.update(
        RATELIMIT_STORAGE_URI=config.REDIS_URL,
        # Redis may hang: a request waits this long for it once, then counts in memory.
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.1, "socket_connect_timeout": 0.1},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)
