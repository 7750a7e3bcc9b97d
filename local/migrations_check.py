"""Checks that the migrations create exactly the tables that the models describe."""

import secrets

from local.commands import command_environment, finish
from local.ports import Ports
from local.postgres import SERVING, temporary_postgres
from local.settings import local_settings


def check_migrations() -> None:
    """Upgrade an empty database and compare it. Raises ServerFailed with the differences."""
    with temporary_postgres() as postgres:
        settings = local_settings(
            Ports(),
            owner_url=postgres.create_database("migrations"),
            database_url=postgres.url_of("migrations", SERVING),
            # Nothing is sent anywhere.
            redis_url="redis://127.0.0.1:1/0",
            secret_key=secrets.token_hex(32),
        )
        environ = {**command_environment(), **settings}
        finish("flask db upgrade", environ)
        finish("flask db check", environ)
