"""A wrong setting stops each of the site's processes with one sentence."""

import subprocess

import pytest

from local.commands import command_environment, procfile, shell
from local.ports import Ports
from local.process import ROOT
from local.settings import local_settings

NOWHERE = "postgresql://nobody@127.0.0.1:1/site"
SETTINGS = local_settings(
    Ports(),
    owner_url=NOWHERE,
    database_url=NOWHERE,
    redis_url="redis://127.0.0.1:1/0",
    secret_key="k",
)


@pytest.mark.parametrize("name", ["release", "relay", "worker", "scheduler"])
def test_a_process_says_what_is_wrong_with_a_setting_and_ends(name: str) -> None:
    ended = subprocess.run(
        shell(procfile()[name]),
        cwd=ROOT,
        env={**command_environment(), **SETTINGS, "STAFF_MAIL": "nonsense"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    said = (ended.stdout + ended.stderr).splitlines()
    assert [line for line in said if "STAFF_MAIL must name who gets the alerts" in line] == said
    assert len(said) == 1
