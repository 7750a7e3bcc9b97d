"""A sentence with a proof shows how its test went in the last run, and on which version."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import msgspec
import pytest

from app.content.texts.articles import Article, load_articles
from app.content.texts.faults import ContentError
from app.content.texts.proofs import Run, load_proofs, version_of
from app.platform.data_files import DataFileError
from config import ROOT

SENTENCE = "## Twice\n\nA repeat [changes nothing](proof:twice).\n"


def read(folder: Path, text: str, *, run: Run | None = None) -> Article:
    (folder / "one.md").write_text(text)
    if run:
        (folder / "proofs.json").write_bytes(msgspec.json.encode(run))
    return load_articles(folder).articles[0]


def run_of(version: str = "1", **held: bool) -> Run:
    return Run(datetime(2026, 11, 26, tzinfo=UTC), version, held)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (run_of(twice=True), "held"),
        (run_of(twice=False), "broken"),
        (run_of(another=True), "open"),
        (None, "open"),
    ],
)
def test_the_sentence_links_to_its_proof_and_says_how_the_test_went(
    folder: Path, front: str, run: Run | None, state: str
) -> None:
    article = read(folder, front + SENTENCE, run=run)
    assert f'<a href="#proof-twice" class="proof proof--{state}">changes nothing</a>' in (
        article.html
    )
    assert [proof.says for proof in article.proofs] == ["A repeat changes nothing."]


def test_the_full_sentence_is_typeset_like_the_text(folder: Path) -> None:
    declared = (folder / "proofs.toml").read_text()
    (folder / "proofs.toml").write_text(declared.replace("A repeat changes", "It can't change"))
    assert load_proofs(folder).by_key["twice"].says == "It can’t change nothing."


def test_a_proof_shared_by_two_sentences_is_listed_once(folder: Path, front: str) -> None:
    again = "\n\nIt [really does not](proof:twice).\n"
    assert len(read(folder, front + SENTENCE + again).proofs) == 1


def test_an_unknown_proof_is_reported_with_its_line(folder: Path, front: str) -> None:
    with pytest.raises(ContentError, match=r"one.md:10: There is no proof 'thrice' in proofs.toml"):
        read(folder, front + SENTENCE.replace("proof:twice", "proof:thrice"))


def test_a_run_counts_as_one_of_this_code_until_the_code_changes(tmp_path: Path) -> None:
    (tmp_path / "proofs.json").write_bytes(msgspec.json.encode(run_of(version_of(ROOT))))
    assert load_proofs(tmp_path).is_of_this_code
    (tmp_path / "proofs.json").write_bytes(msgspec.json.encode(run_of("another")))
    assert not load_proofs(tmp_path).is_of_this_code


def test_the_code_version_depends_on_the_name_and_the_content_of_every_file(tmp_path: Path) -> None:
    versions: set[str] = set()
    files = ["app/a.py", "app/b.py", "app/c/a.py", "config.py", "requirements.txt"]
    files.append("migrations/versions/0001_a.py")
    for number, (name, text) in enumerate(product(files, "12")):
        file = tmp_path / str(number) / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
        versions.add(version_of(tmp_path / str(number)))
    assert len(versions) == 2 * len(files)


def test_an_invalid_record_of_the_last_run_stops_startup(tmp_path: Path) -> None:
    (tmp_path / "proofs.json").write_text('{"at": "yesterday"}')
    with pytest.raises(DataFileError, match=r"proofs\.json"):
        load_proofs(tmp_path)
