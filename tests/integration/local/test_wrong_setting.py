"""A wrong setting, or a fault in the content, stops every process of the site with one sentence."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from config import ROOT
from local.commands import command_environment, procfile, shell
from local.ports import HOST, Ports
from local.settings import local_settings

NOWHERE = "postgresql://nobody@127.0.0.1:1/site"
SETTINGS = local_settings(
    Ports(),
    owner_url=NOWHERE,
    database_url=NOWHERE,
    redis_url="redis://127.0.0.1:1/0",
    secret_key="k",
)
# Each with a process that uses the file; every process reads all of them at its start.
FAULTS = {
    "rubric.toml": ("worker", "version =", "versoin =", "rubric.toml: Object "),
    "articles/cqrs.md": (
        "web",
        "---\n",
        "",
        "cqrs.md:1: The file must begin with its front matter",
    ),
}


@pytest.mark.parametrize("name", procfile())
def test_a_process_with_a_wrong_setting_says_what_is_wrong_and_ends(name: str) -> None:
    assert_ends_with("STAFF_MAIL must name who gets the alerts", name, STAFF_MAIL="nonsense")


@pytest.mark.parametrize("file", FAULTS)
def test_a_process_with_a_fault_in_its_content_says_what_is_wrong_and_ends(
    file: str, tmp_path: Path
) -> None:
    name, right, wrong, sentence = FAULTS[file]
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / file
    path.write_text(path.read_text().replace(right, wrong, 1))
    assert_ends_with(sentence, name, CONTENT_DIR=str(tmp_path / "content"))


def test_a_web_server_whose_port_is_taken_says_so_and_ends() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert_ends_with("WEB_HOST and PORT say: Address already in use.", "web", PORT=str(port))


def assert_ends_with(sentence: str, name: str, **settings: str) -> None:
    """Check that the Procfile's process of that name ends by itself and prints nothing else."""
    ended = subprocess.run(
        shell(procfile()[name]),
        cwd=ROOT,
        env={**command_environment(), **SETTINGS, "WEB_HOST": HOST, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = (ended.stdout + ended.stderr).splitlines()
    assert [line for line in said if line.startswith("Error: ") and sentence in line] == said
    assert len(said) == 1
    assert ended.returncode == 1
