"""`make texts` for a firm that keeps its content in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from app.firm.brand import load_brand
from app.platform.data_files import DataFileError
from app.platform.languages.catalogs import read_catalog, read_texts
from config import ROOT
from local.texts import catalogs_of_firm, main, written
from tests.integration.local.own_content import make

WORDS = "Messaging that your own people can run."


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Content with a different tagline and no catalog."""
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


def test_a_fault_in_the_data_is_reported_in_one_sentence(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    brand = content / "brand.toml"
    brand.write_text(brand.read_text().replace("city =", "ctiy =", 1))
    monkeypatch.setenv("CONTENT_DIR", str(content))
    assert main() == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "content/brand.toml: Object contains unknown field `ctiy`" in told.err
    assert told.err.count("\n") == 1


def test_a_text_removed_from_the_firms_data_keeps_its_translation(content: Path) -> None:
    """An engagement keeps the terms it was offered, and an application the questions it was
    asked."""
    gone = load_brand(ROOT / "content/brand.toml").tagline
    german = read_texts(ROOT / "content/translations", "de").gettext(gone)
    folder = content / "translations"
    shutil.copytree(ROOT / "content/translations", folder)
    for _ in range(2):
        bring_up_to_date(content)
        assert read_texts(folder, "de").gettext(gone) == german != gone
        assert f'#~ msgid "{gone}"' in (folder / "de.po").read_text()


def test_a_text_restored_to_the_firms_data_gets_its_translation_back(content: Path) -> None:
    shutil.copytree(ROOT / "content/translations", content / "translations")
    bring_up_to_date(content)
    shutil.copy(ROOT / "content/brand.toml", content / "brand.toml")
    bring_up_to_date(content)
    # A text that was never translated leaves nothing.
    shipped = (ROOT / "content/translations/de.po").read_text()
    assert (content / "translations/de.po").read_text() == shipped


def bring_up_to_date(content: Path) -> None:
    for path, catalog in catalogs_of_firm(content):
        path.write_bytes(written(catalog))


def test_a_syntax_error_in_the_catalog_is_reported_and_the_translators_work_is_kept(
    content: Path,
) -> None:
    path = content / "translations/de.po"
    path.parent.mkdir()
    path.write_text(f'msgid "{WORDS}"\nmsgst "Nachrichten, die ankommen."\n')
    with pytest.raises(DataFileError, match=r"de\.po: .*\(at line 2\)\.$"):
        bring_up_to_date(content)
    assert "Nachrichten, die ankommen." in path.read_text()
