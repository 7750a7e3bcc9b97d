"""A Wagtail form page with the same answers, in a virtual environment made for the occasion."""

import subprocess
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.load import drive, form_post
from benchmarks.sample import ANSWERS
from benchmarks.turns import Load
from local.commands import procfile, shell
from local.ports import answers, free_port
from local.process import ROOT, Process

REQUIREMENTS = ("wagtail==8.0.1", "psycopg[binary]==3.3.9", "granian==2.8.7")
# Django takes any 32 letters, if the cookie and the form agree on them.
CSRF_TOKEN = "a" * 32


class WagtailForm:
    """The form page, served."""

    def __init__(self, port: int) -> None:
        self._port = port
        typed = {key: _typed(value) for key, value in ANSWERS.items()}
        body = urlencode({**typed, "csrfmiddlewaretoken": CSRF_TOKEN})
        self._request = form_post("/", port, body, f"csrftoken={CSRF_TOKEN}")

    def submit(self, count: int, connections: int) -> Load:
        requests = [self._request] * count
        return drive(self._port, requests, connections=connections, expected=200)


def install_wagtail(folder: Path) -> Path:
    """Install Wagtail into ``folder`` and return where its programs are."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-qq", *REQUIREMENTS], check=True)
    return folder / "bin"


@contextmanager
def wagtail_form(programs: Path, settings: Mapping[str, str], log: Path) -> Iterator[WagtailForm]:
    """The form page on the empty database of ``settings``, under the site's own web server."""
    port = free_port()
    environ = {**settings, "PORT": str(port), "PATH": f"{programs}:{settings['PATH']}"}
    prepare = [str(programs / "python"), "-m", "benchmarks.wagtail_site.prepare", *ANSWERS]
    subprocess.run(prepare, check=True, env=environ, cwd=ROOT)
    target = "benchmarks.wagtail_site.wsgi:application"
    command = procfile()["web"].replace("wsgi:app", target)
    process = Process(
        "wagtail", shell(command), log=log, environ=environ, ready=lambda: answers(port)
    )
    process.start()
    try:
        yield WagtailForm(port)
    finally:
        process.stop()


def _typed(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ", ".join(answer)
