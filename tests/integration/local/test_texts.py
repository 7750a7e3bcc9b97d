"""`make texts` for a firm that keeps its content in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from app.languages.catalogs import read_catalog
from local.process import ROOT
from tests.integration.local.own_content import make

WORDS = "Messaging that your own people can run."


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Content with another tagline, and no catalog."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder, ignore=shutil.ignore_patterns("translations"))
    brand = folder / "brand.toml"
    lines = brand.read_text().splitlines(keepends=True)
    own = [f'tagline = "{WORDS}"\n' if line.startswith("tagline") else line for line in lines]
    brand.write_text("".join(own))
    return folder


def test_the_catalog_beside_the_firms_data_gets_its_texts(content: Path) -> None:
    shipped = (ROOT / "content/translations/de.po").read_bytes()
    told = make("texts", content)
    path = content / "translations/de.po"
    assert (told.returncode, told.stderr) == (0, "")
    assert f"{path}: " in told.stdout
    assert read_catalog(path, "de").get(WORDS)
    assert (ROOT / "content/translations/de.po").read_bytes() == shipped


def test_a_fault_in_the_data_is_told_in_a_sentence(content: Path) -> None:
    brand = content / "brand.toml"
    brand.write_text(brand.read_text().replace("city =", "ctiy =", 1))
    told = make("texts", content)
    assert (told.returncode, told.stdout) == (1, "")
    assert "content/brand.toml: Object contains unknown field `ctiy`" in told.stderr
    assert told.stderr.count("\n") == 1
