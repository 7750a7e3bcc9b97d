"""The articles' marked sentences: each has a test, which passes, and which fails without the code
that guards the sentence."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.content.texts.articles import load_articles
from app.content.texts.proofs import CODE, Guard, load_proofs
from config import ROOT

ARTICLES = ROOT / "content/articles"
NEEDED = ("app", "content", "local", "migrations", "schemas", "tests")
MODULES = ("config.py", "config_checks.py", "config_local.py", "wsgi.py")
SETTINGS = ("pyproject.toml", "requirements.txt")
PROOFS = load_proofs(ARTICLES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of this project's code, to be broken."""
    ignored = shutil.ignore_patterns("node_modules")
    for name in (*NEEDED, *MODULES, *SETTINGS):
        source, target = ROOT / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)
    return tmp_path


def remove(guard: Guard, copy: Path) -> None:
    file = copy / guard.file
    text = file.read_text()
    assert text.count(guard.code) == 1, f"{guard.code!r} has to stand once in {guard.file}"
    file.write_text(text.replace(guard.code, guard.without))


def run_proofs(copy: Path) -> int:
    command = [sys.executable, "-m", "local.proofs"]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode


def test_each_proof_is_marked_in_an_article() -> None:
    marked = {proof.key for one in load_articles(ARTICLES).articles for proof in one.proofs}
    assert marked == PROOFS.by_key.keys()


def test_every_sentence_held_in_the_recorded_run() -> None:
    assert PROOFS.run, "make proofs has not been run"
    assert PROOFS.run.held == dict.fromkeys(PROOFS.by_key, True)


def test_every_file_that_determines_the_code_version_is_in_the_image() -> None:
    in_image = (ROOT / ".dockerignore").read_text().splitlines()
    for pattern in CODE:
        assert any(ROOT.glob(pattern)), pattern
        assert f"!{pattern.partition('/')[0]}" in in_image


def test_every_python_file_in_the_image_counts_towards_the_code_version() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    in_image = [ROOT / line[1:] for line in lines if line.startswith("!")]
    files = {file for one in in_image for file in (one, *one.rglob("*"))}
    versioned = {file for pattern in CODE for file in ROOT.glob(pattern)}
    assert {file for file in files if file.suffix == ".py"} - versioned == set()


def test_no_sentence_holds_without_its_guard(copy: Path) -> None:
    for guard in {proof.guard for proof in PROOFS.by_key.values()}:
        remove(guard, copy)
    assert run_proofs(copy) == 1
    noted = load_proofs(copy / "content/articles")
    assert {key: noted.state(key) for key in PROOFS.by_key} == dict.fromkeys(
        PROOFS.by_key, "broken"
    )
