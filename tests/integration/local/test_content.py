"""`make watch` and the check of the content, as an author sees them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from config import ROOT
from tests.site import eventually

COMMAND = (sys.executable, "-m", "local")
ARTICLE = "event-driven-architecture"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """The file of an article in a copy of the content."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    return tmp_path / f"content/articles/{ARTICLE}.md"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    own = {"CONTENT_DIR": str(tmp_path / "content"), "VAR_DIR": str(tmp_path / "var")}
    return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def watching(tmp_path: Path, article: Path, environ: dict[str, str]) -> Iterator[Path]:
    """A file with all the output of `make watch`."""
    said = tmp_path / "said"
    with said.open("wb") as file:
        watch = subprocess.Popen(
            [*COMMAND, "watch"], env=environ, cwd=ROOT, stdout=file, stderr=file
        )
        try:
            yield said
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait(20)


def check(environ: dict[str, str]) -> tuple[int, str]:
    command = [*COMMAND, "content-check"]
    done = subprocess.run(
        command, check=False, env=environ, cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_the_check_needs_no_server_and_names_the_file_and_line_of_a_fault(
    article: Path, environ: dict[str, str]
) -> None:
    code, said = check(environ)
    assert (code, said[:17]) == (0, "Nothing is wrong.")
    article.write_text(article.read_text() + "\n# Too large\n")
    last = len(article.read_text().splitlines())
    code, said = check(environ)
    assert code == 1
    assert f"articles/{ARTICLE}.md:{last}: 'Too large' is a heading like the title." in said


def test_changes_to_texts_and_to_the_firms_data_are_shown_and_their_faults_reported(
    watching: Path, article: Path
) -> None:
    eventually(lambda: "Read it at" in watching.read_text())
    [address] = re.findall(r"Read it at (http://\S+)/articles/", watching.read_text())
    article.write_text(article.read_text().replace("title: Event", "title: A new event", 1))
    with urllib.request.urlopen(f"{address}/articles/{ARTICLE}") as page:
        assert "<h1>A new event" in page.read().decode()
    # The site reads these only at its start, so it is restarted.
    content = article.parents[1]
    brand = content / "brand.toml"
    right = brand.read_text()
    brand.write_text(right.replace("name =", "naem =", 1))
    eventually(lambda: "unknown field `naem`" in watching.read_text())
    brand.write_text(right.replace('tagline = "', 'tagline = "Of our own: ', 1))
    eventually(lambda: "<h1>Of our own: " in read(f"{address}/"))
    about = (content / "pages/about.md").read_text()
    (content / "pages/team.md").write_text(about.replace("title: About", "title: The people of"))
    eventually(lambda: "<h1>The people of" in read(f"{address}/team"))
    article.write_text(article.read_text() + "\n[Nowhere](/nowhere)\n")
    eventually(lambda: "'/nowhere' leads to no page" in watching.read_text())


def read(address: str) -> str:
    """The page, or an empty string while the site restarts or has no such page."""
    try:
        with urllib.request.urlopen(address) as page:
            return str(page.read().decode())
    except (OSError, HTTPException):
        return ""
