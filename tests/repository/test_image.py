"""The image: what .dockerignore lets into it is enough, and the Dockerfile does its work."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from local.commands import procfile
from local.content import content_environment
from local.ports import HOST, Ports

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
# Requests a page and every published event schema, and reads the migrations.
USE = """
import sys
from wsgi import app
browser = app.test_client()
for path in ("/healthz", "/", *sys.argv[1:]):
    assert browser.get(path).status_code == 200, path
assert app.test_cli_runner().invoke(args=["db", "heads"]).exit_code == 0
"""


def instruction(pattern: str) -> list[str]:
    """The command of a Dockerfile instruction, which is in JSON form."""
    (found,) = re.findall(rf"^{pattern} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return [str(part) for part in json.loads(found)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that .dockerignore lets into the image."""
    image = tmp_path_factory.mktemp("image")
    everything, *let_in, caches = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] != "#"
    ]
    assert (everything, caches) == ("*", "**/__pycache__")
    for name in (line.removeprefix("!") for line in let_in):
        source, target = ROOT / name, image / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return image


def test_the_site_runs_on_nothing_but_the_files_in_the_image(image: Path) -> None:
    landed = [file.stem.rsplit(".v", 1) for file in (ROOT / "schemas").glob("*.json")]
    paths = [f"/api/v1/schemas/{event_type}/{version}" for event_type, version in landed]
    done = subprocess.run(
        [sys.executable, "-c", USE, *paths],
        env=content_environment(Ports()),
        cwd=image,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def in_image(image: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in the image; each of the site's programs only prints how it was called."""
    for name in {command.split()[0] for command in procfile().values()}:
        (tmp_path / name).write_text('#!/bin/sh\necho "${0##*/} $*"\n')
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PORT": "8765"}

    def in_image(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environ, cwd=image, capture_output=True, text=True, check=False
        )

    return in_image


@pytest.mark.parametrize("name", procfile())
def test_every_process_in_the_procfile_can_be_run_by_name_in_the_image(
    in_image: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> None:
    started = in_image(*instruction("ENTRYPOINT"), name)
    assert started.stdout == in_image("sh", "-c", f"echo {procfile()[name]}").stdout
    assert started.returncode == 0


def test_a_command_that_names_no_process_ends_with_an_explanation(
    in_image: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = in_image(*instruction("ENTRYPOINT"), "wep")
    assert done.returncode != 0 and "no such process" in done.stderr


@contextmanager
def site_that_answers(status: int) -> Iterator[int]:
    """The port of a site that answers only to its own name."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ours = (self.path, self.headers["Host"]) == ("/healthz", "firm.example:8443")
            self.send_response(status if is_ours else 400)
            self.end_headers()

        def log_message(self, *about: object) -> None:
            pass

    with HTTPServer((HOST, 0), Site) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_image_is_healthy_while_the_site_answers_to_its_name(
    status: int, healthy: bool
) -> None:
    _, *check = instruction("HEALTHCHECK .* CMD")
    with site_that_answers(status) as port:
        environ = {"PORT": str(port), "BASE_URL": "https://firm.example:8443"}
        done = subprocess.run([sys.executable, *check], env=environ, check=False)
    assert (done.returncode == 0) == healthy
