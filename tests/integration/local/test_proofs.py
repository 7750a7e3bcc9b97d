"""`make proofs` for a firm that keeps its content in a folder of its own."""

import json
from pathlib import Path

import pytest

from config import ROOT
from local.proofs import main
from tests.integration.local.own_content import make

PROOF = """
[[proofs]]
key = "a-reference-is-read-back"
says = "A reference is found again, however it is typed."
test = "tests/unit/applications/test_reference.py::test_a_reference_is_read_back_as_it_was_made"
guard = { file = "app/applications/reference.py", code = "a", without = "b" }
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "content/articles"
    folder.mkdir(parents=True)
    return folder


def test_the_proofs_that_held_are_noted_beside_the_firms_articles(articles: Path) -> None:
    shipped = (ROOT / "content/articles/proofs.json").read_bytes()
    (articles / "proofs.toml").write_text(PROOF)
    told = make("proofs", articles.parent)
    assert "A reference is found again" in told.stdout
    noted = json.loads((articles / "proofs.json").read_text())
    assert noted["held"] == {"a-reference-is-read-back": True}
    assert (ROOT / "content/articles/proofs.json").read_bytes() == shipped


def test_nothing_is_run_when_no_sentence_is_marked_as_proven(
    articles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTENT_DIR", str(articles.parent))
    assert main() == 0
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    assert "There is no sentence to prove" in told
