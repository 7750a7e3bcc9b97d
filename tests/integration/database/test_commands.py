"""The commands that Flask-Migrate brings end as our own do: with a sentence, not a traceback."""

import msgspec
import pytest

from app import create_app
from config import Config
from local.ports import HOST, free_port


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "current", "check"])
@pytest.mark.parametrize("setting", ["DATABASE_URL", "OWNER_DATABASE_URL"])
def test_while_the_database_is_away_a_migration_says_so_in_a_line(
    config: Config, command: str, setting: str
) -> None:
    nobody = f"postgresql://app:s3cr3t@{HOST}:{free_port()}/site"
    away = create_app(msgspec.structs.replace(config, **{setting: nobody}))
    shown = away.test_cli_runner().invoke(args=["db", command])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: The database does not answer (OperationalError). Is it up, and DATABASE_URL right?"
    ]
