from pathlib import Path

import pytest
from flask import Flask

from app.data_files import DataFileError
from app.languages.catalogs import init_languages


@pytest.mark.parametrize("catalog", [b'msgid "Apply"\nmsgstr "Bew\xe4rben"\n', None])
def test_a_catalog_of_the_firms_that_is_no_text_stops_the_start(
    tmp_path: Path, catalog: bytes | None
) -> None:
    path = tmp_path / "translations" / "de.po"
    path.parent.mkdir()
    path.write_bytes(catalog) if catalog else path.mkdir()
    with pytest.raises(DataFileError, match=r"^translations/de\.po: The file .*\.$"):
        init_languages(Flask(__name__), tmp_path)
