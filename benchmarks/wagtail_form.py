"""A Wagtail form page with the same fields, in a temporary virtual environment."""

import json
import subprocess
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.load import drive, form_post, page_get
from benchmarks.sample import ANSWERS
from benchmarks.turns import Load
from benchmarks.web_server import web_server
from config import ROOT
from local.ports import free_port

REQUIREMENTS = ("wagtail==8.0.1", "psycopg[binary]==3.3.9", "granian==2.8.7")
# Django accepts any 32 letters, if cookie and form agree.
CSRF_TOKEN = "a" * 32


def _typed(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ", ".join(answer)


class FormField(NamedTuple):
    """A field, with Wagtail's name for its kind, and what is sent in it."""

    name: str
    typed: str | list[str]
    kind: str = "multiline"
    choices: tuple[str, ...] = ()


TEXTS = tuple(FormField(key, _typed(value)) for key, value in ANSWERS.items())


class WagtailForm:
    """The form page, served on a port."""

    def __init__(self, port: int, fields: Sequence[FormField]) -> None:
        self._port = port
        typed = {field.name: field.typed for field in fields}
        body = urlencode({**typed, "csrfmiddlewaretoken": CSRF_TOKEN}, doseq=True)
        self._request = form_post("/", port, body, f"csrftoken={CSRF_TOKEN}")

    def submit(self, count: int, connections: int) -> Load:
        requests = [self._request] * count
        return drive(self._port, requests, connections=connections, expected=200)

    def get_page(self, count: int, connections: int) -> Load:
        requests = [page_get("/", self._port)] * count
        return drive(self._port, requests, connections=connections, expected=200)


def install_wagtail(folder: Path) -> Path:
    """Install Wagtail into ``folder``; return the folder of its programs."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-qq", *REQUIREMENTS], check=True)
    return folder / "bin"


@contextmanager
def wagtail_form(
    programs: Path,
    settings: Mapping[str, str],
    log: Path,
    fields: Sequence[FormField] = TEXTS,
    *,
    mails: bool = True,
) -> Iterator[WagtailForm]:
    """The form page on the empty database in ``settings``, with the site's own web server. It
    stores what it receives and, with ``mails``, mails it."""
    recipient = settings["STAFF_MAIL"] if mails else ""
    described = json.dumps([(field.name, field.kind, field.choices) for field in fields])
    with served_wagtail(programs, settings, log, "prepare", recipient, described) as port:
        yield WagtailForm(port, fields)


@contextmanager
def served_wagtail(
    programs: Path, settings: Mapping[str, str], log: Path, prepare: str, *arguments: str
) -> Iterator[int]:
    """Wagtail with the site's own web server, on the empty database in ``settings``, which the
    module ``prepare`` of `benchmarks/wagtail_site` fills; yields the port."""
    port = free_port()
    environ = {**settings, "PATH": f"{programs}:{settings['PATH']}"}
    command = [str(programs / "python"), "-m", f"benchmarks.wagtail_site.{prepare}", *arguments]
    subprocess.run(command, check=True, env=environ, cwd=ROOT)
    process = web_server("wagtail", "benchmarks.wagtail_site.wsgi:application", port, environ, log)
    process.start()
    try:
        yield port
    finally:
        process.stop()
