"""The site's files: kept for a year under an address that names their content, and small."""

import gzip
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.assets import BUNDLE, FOLDER, SHEETS, asset_path, init_assets, read_texts

MOST_BYTES_OF_FONTS = 90_000
MOST_BYTES_OF_STYLE = 12_000


@pytest.fixture(params=["production"])
def client(request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.config["SITE"] = SimpleNamespace(ENVIRONMENT=request.param)
    init_assets(app)
    with app.app_context():
        yield app.test_client()


def test_the_style_sheets_come_as_one_compressed_file(client: FlaskClient) -> None:
    response = client.get(asset_path(BUNDLE), headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.mimetype == "text/css"
    assert gzip.decompress(response.data) == client.get(asset_path(BUNDLE)).data


def test_an_address_of_this_version_is_kept_for_good(client: FlaskClient) -> None:
    for name in (BUNDLE, "fonts/newsreader-text.woff2", "vendor/htmx-2.0.11.min.js"):
        response = client.get(asset_path(name))
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_address_of_another_version_is_answered_and_not_kept(client: FlaskClient) -> None:
    response = client.get(f"/assets/older/{BUNDLE}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("client", ["development"], indirect=True)
def test_in_development_nothing_is_kept(client: FlaskClient) -> None:
    assert client.get(asset_path(BUNDLE)).headers["Cache-Control"] == "no-cache"


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get(asset_path(BUNDLE)).headers["ETag"]
    assert client.get(asset_path(BUNDLE), headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["../config.py", "css/none.css", "fonts", "/etc/hostname"])
def test_nothing_outside_the_folder_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(asset_path(name)).status_code in {308, 404}


def test_every_style_sheet_is_in_the_bundle() -> None:
    assert {path.stem for path in (FOLDER / "css").glob("*.css")} == set(SHEETS)


def test_the_style_sheets_ask_for_nothing_that_is_not_there() -> None:
    for address in re.findall(r'url\("([^"]+)"\)', read_texts()[BUNDLE].plain.decode()):
        assert (FOLDER / "css" / address).resolve().is_file(), address


def test_a_first_visit_stays_small() -> None:
    fonts = sum(path.stat().st_size for path in (FOLDER / "fonts").glob("*.woff2"))
    assert fonts < MOST_BYTES_OF_FONTS
    assert len(read_texts()[BUNDLE].zipped) < MOST_BYTES_OF_STYLE
