"""The site's files: small, and cached for a year under an address that names their content."""

import gzip
import re
from collections.abc import Iterator
from types import SimpleNamespace

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont

from app.web.assets import BUNDLES, FOLDER, asset_path, init_assets, read_texts
from local.fonts import CUTS

BUNDLE = "css/site.css"


@pytest.fixture(params=["production"])
def client(request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.config["SITE"] = SimpleNamespace(ENVIRONMENT=request.param)
    init_assets(app)
    with app.app_context():
        yield app.test_client()


@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_bundle_of_style_sheets_comes_as_one_compressed_file(
    client: FlaskClient, bundle: str
) -> None:
    plain = client.get(asset_path(bundle))
    assert plain.mimetype == "text/css" and "Content-Encoding" not in plain.headers
    for accepted, encoding, unpack in (
        ("gzip, br", "br", brotli.decompress),
        ("gzip, br;q=0", "gzip", gzip.decompress),
    ):
        response = client.get(asset_path(bundle), headers={"Accept-Encoding": accepted})
        assert response.headers["Content-Encoding"] == encoding
        assert response.headers["Vary"] == "Accept-Encoding"
        assert unpack(response.data) == plain.data


def test_an_address_of_this_version_is_cached_for_good(client: FlaskClient) -> None:
    for name in (BUNDLE, "fonts/newsreader-text.woff2", "vendor/htmx-2.0.11.min.js"):
        response = client.get(asset_path(name))
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_address_of_another_version_is_answered_but_not_cached(client: FlaskClient) -> None:
    response = client.get(f"/assets/older/{BUNDLE}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("client", ["development"], indirect=True)
def test_in_development_nothing_is_cached(client: FlaskClient) -> None:
    assert client.get(asset_path(BUNDLE)).headers["Cache-Control"] == "no-cache"


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get(asset_path(BUNDLE)).headers["ETag"]
    assert client.get(asset_path(BUNDLE), headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["../config.py", "css/none.css", "fonts", "/etc/hostname"])
def test_nothing_outside_the_folder_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(asset_path(name)).status_code in {308, 404}


def test_every_style_sheet_is_in_one_bundle() -> None:
    bundled = [name for names in BUNDLES.values() for name in names]
    assert sorted(path.stem for path in (FOLDER / "css").glob("*.css")) == sorted(bundled)


def test_the_style_sheets_refer_to_no_missing_file() -> None:
    for bundle in BUNDLES:
        for address in re.findall(r'url\("([^"]+)"\)', read_texts()[bundle].plain.decode()):
            assert (FOLDER / "css" / address).resolve().is_file(), address


def test_a_font_of_rare_letters_is_loaded_for_all_of_its_letters_and_no_usual_one() -> None:
    sheet = (FOLDER / "css/tokens.css").read_text()
    told = re.findall(r"fonts/([\w-]+-rare).woff2.*?unicode-range: ([^;]+);", sheet, re.DOTALL)
    assert {name for name, _ in told} == {name for name in CUTS if name.endswith("-rare")}
    for name, ranges in told:
        held = set(TTFont(FOLDER / f"fonts/{name}.woff2").getBestCmap())
        usual = set(TTFont(FOLDER / f"fonts/{name.removesuffix('-rare')}.woff2").getBestCmap())
        asked = {code for one in ranges.split(",") for code in codes(one.strip())}
        assert held <= asked and not asked & usual


def codes(one: str) -> range:
    """The code points of "U+2190-2191" or "U+2193"."""
    first, _, last = one.removeprefix("U+").partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


def test_comments_and_indentation_are_stripped_from_what_is_sent() -> None:
    texts = read_texts()
    for name, text in texts.items():
        if not name.startswith("vendor/"):
            assert not re.search(rb"^([ \t]|//|/\*)", text.plain, re.MULTILINE), name
    vendored = next(name for name in texts if name.startswith("vendor/"))
    assert texts[vendored].plain == (FOLDER / vendored).read_bytes()
