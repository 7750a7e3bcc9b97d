"""The migrations: in sequence, in step with the models, and reversible."""

from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from app.extensions import migrate
from app.platform.database import db


def test_the_migrations_are_one_numbered_sequence(app: Flask) -> None:
    revisions = list(ScriptDirectory.from_config(migrate.get_config()).walk_revisions())
    numbers = [revision.revision for revision in reversed(revisions)]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_migrations_create_the_tables_of_the_models(app: Flask) -> None:
    check()


def test_every_migration_can_be_reversed(app: Flask) -> None:
    try:
        downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
    finally:
        upgrade()
