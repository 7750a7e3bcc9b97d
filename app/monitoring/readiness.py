"""Whether a process can serve: a word on each part, and what to do if it can't."""

from functools import cache

import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.events.epochs import has_moved
from app.extensions import migrate
from app.platform.database import db
from app.platform.database.grants import can_read, owns_log_if_any
from app.platform.settings import current_config

BROKER_TIMEOUT = 1.0
AHEAD = "ahead: a newer release's"
BEHIND = "behind: run `flask db upgrade`"
ALL = "all: the site owns its tables, and could change the log"


def look_at_parts() -> dict[str, str]:
    """A word on each part. The broker is reported, but the site can serve without it."""
    return {
        "database": _database(),
        "migrations": state_of_migrations(),
        "rights": _rights(),
        "log": _log(),
        "broker": _broker(),
    }


def can_serve(parts: dict[str, str]) -> bool:
    return (
        parts["database"] == parts["log"] == "ok"
        and parts["migrations"] in {"ok", AHEAD}
        and parts["rights"] in {"ok", ALL}
    )


def _database() -> str:
    try:
        db.session.execute(db.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "unreachable"
    return "ok"


def state_of_migrations() -> str:
    """ "ok", AHEAD or BEHIND, or "unknown" if the database does not answer."""
    try:
        with db.engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError:
        return "unknown"
    heads, known = _revisions()
    if set(at) == heads:
        return "ok"
    return BEHIND if known.issuperset(at) else AHEAD


@cache
def _revisions() -> tuple[frozenset[str], frozenset[str]]:
    """The heads of this release's migrations, and all of them."""
    migrations = ScriptDirectory.from_config(migrate.get_config())
    known = frozenset(one.revision for one in migrations.walk_revisions())
    return frozenset(migrations.get_heads()), known


def _rights() -> str:
    try:
        with db.engine.connect() as connection:
            if owns_log_if_any(connection):
                return ALL
            return "ok" if can_read(connection) else "missing: run `flask db upgrade` as the owner"
    except SQLAlchemyError:
        return "unknown"


def _log() -> str:
    try:
        moved = has_moved(db.session())
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown"
    return "moved: run `flask events restored`" if moved else "ok"


def _broker() -> str:
    url = current_config().broker_url
    if not url.startswith("redis"):
        return "not checked"
    try:
        with redis.Redis.from_url(
            url, socket_timeout=BROKER_TIMEOUT, socket_connect_timeout=BROKER_TIMEOUT
        ) as client:
            client.ping()
    except redis.RedisError:
        return "unreachable: submissions are kept and handled when it is back"
    return "ok"
