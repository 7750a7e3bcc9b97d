"""Texts are compressed in the way the browser accepts, where their length reveals nothing."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
BY_CHROMIUM = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")],
)
@pytest.mark.parametrize("path", ["/", "/apply", "/nothing"])
def test_a_page_is_compressed_in_the_way_the_browser_accepts(
    client: FlaskClient, path: str, accepted: str, encoding: str
) -> None:
    page = client.get(path, headers={"Accept-Encoding": accepted})
    assert page.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in page.vary
    assert int(page.headers["Content-Length"]) == len(page.data)
    unpacked = UNPACK[encoding](page.data)
    assert unpacked.startswith(b"<!doctype html>") and unpacked.endswith(b"</html>")


@pytest.mark.parametrize(
    "path", ["/articles/feed.xml", "/api/v1/asyncapi.json", "/api/v1/schemas/application.scored/1"]
)
def test_what_programs_read_is_compressed_too_and_not_sent_again_while_unchanged(
    client: FlaskClient, path: str
) -> None:
    plain, packed = client.get(path), client.get(path, headers=BY_CHROMIUM)
    assert packed.headers["Content-Encoding"] == "br" and "Accept-Encoding" in packed.vary
    assert UNPACK["br"](packed.data) == plain.data
    again = client.get(path, headers={**BY_CHROMIUM, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0, gzip;q=0"])
def test_a_browser_that_accepts_no_compression_gets_the_page_uncompressed(
    client: FlaskClient, accepted: str
) -> None:
    page = client.get("/", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in page.headers
    assert page.text.startswith("<!doctype html>")


def test_a_compressed_page_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/", headers=BY_CHROMIUM).headers["ETag"]
    again = client.get("/", headers={**BY_CHROMIUM, "If-None-Match": tag})
    assert again.status_code == 304 and again.data == b""


def test_a_staff_page_that_answers_a_query_is_not_compressed(client: FlaskClient) -> None:
    page = client.get("/staff/login", headers=BY_CHROMIUM)
    assert page.status_code == 200 and page.headers["Content-Encoding"] == "br"
    found = client.get("/staff/login?q=guess", headers=BY_CHROMIUM)
    assert found.status_code == 200 and len(found.data) > 1000
    assert "Content-Encoding" not in found.headers
