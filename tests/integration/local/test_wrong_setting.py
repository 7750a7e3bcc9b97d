"""A wrong setting, or a fault in the content, stops every process of the site with one sentence."""

import shutil
import socket
from pathlib import Path

import pytest

from config import ROOT
from local.commands import command_environment, procfile, shell
from local.ports import HOST, Ports
from local.process import Process
from local.settings import local_settings
from tests.forked_process import ForkedProcess
from tests.site import eventually

NOWHERE = "postgresql://nobody@127.0.0.1:1/site"
SETTINGS = local_settings(
    Ports(),
    owner_url=NOWHERE,
    database_url=NOWHERE,
    redis_url="redis://127.0.0.1:1/0",
    secret_key="k",
)
# Each with a process that uses the file, started as a platform does, with nothing loaded; every
# process reads all of them at its start.
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
def test_a_process_with_a_wrong_setting_says_what_is_wrong_and_ends(
    name: str, tmp_path: Path
) -> None:
    says = "STAFF_MAIL must name who gets the alerts"
    assert_ends_with(says, name, tmp_path / "said", STAFF_MAIL="nonsense")


@pytest.mark.parametrize("file", FAULTS)
def test_a_process_with_a_fault_in_its_content_says_what_is_wrong_and_ends(
    file: str, tmp_path: Path
) -> None:
    name, right, wrong, sentence = FAULTS[file]
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / file
    path.write_text(path.read_text().replace(right, wrong, 1))
    settings = {"CONTENT_DIR": str(tmp_path / "content")}
    assert_ends_with(sentence, name, tmp_path / "said", Process, **settings)


def test_a_web_server_whose_port_is_taken_says_so_and_ends(tmp_path: Path) -> None:
    says = "WEB_HOST and PORT say: Address already in use."
    with socket.create_server((HOST, 0)) as taken:
        assert_ends_with(says, "web", tmp_path / "said", PORT=str(taken.getsockname()[1]))


def assert_ends_with(
    sentence: str, name: str, log: Path, kind: type[Process] = ForkedProcess, **settings: str
) -> None:
    """Check that the Procfile's process of that name ends by itself and prints nothing else."""
    environ = {**command_environment(), **SETTINGS, "WEB_HOST": HOST, **settings}
    process = kind(name, shell(procfile()[name]), log=log, environ=environ)
    process.launch()
    try:
        eventually(lambda: not process.is_running)
    finally:
        process.stop()
    said = log.read_text().splitlines()
    assert [line for line in said if line.startswith("Error: ") and sentence in line] == said
    assert len(said) == 1
    assert process.ending == "exit code 1"
