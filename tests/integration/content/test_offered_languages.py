"""A firm chooses the languages that its site can be read in, and which comes first."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.faults import ContentError
from app.platform.languages.choice import in_address, in_language

OwnSite = Callable[..., Flask]
GERMAN = {"Accept-Language": "de"}
FRENCH = {"Accept-Language": "fr"}


def test_a_site_in_english_alone_is_english_for_everybody_and_offers_nothing_else(
    own_site: OwnSite, content_folder: Path
) -> None:
    offer(content_folder, "en")
    for translation in content_folder.glob("pages/*.de.md"):
        translation.unlink()
    client = own_site().test_client()
    for path in ("/", "/?lang=de", "/apply", "/imprint", "/nothing"):
        page = client.get(path, headers=GERMAN)
        assert page.headers["Content-Language"] == "en"
        assert "Deutsch" not in page.text and 'hreflang="de"' not in page.text
    assert "lang=" not in client.get("/sitemap.xml").text


def test_a_page_in_a_language_that_the_site_no_longer_has_is_named(
    own_site: OwnSite, content_folder: Path
) -> None:
    offer(content_folder, "en")
    with pytest.raises(ContentError, match=r"pages/about\.de\.md:1: 'de' is not another language"):
        own_site()


def test_where_german_comes_first_it_is_for_all_who_prefer_neither(
    own_site: OwnSite, content_folder: Path
) -> None:
    offer(content_folder, "de", "en")
    site = own_site()
    client = site.test_client()
    assert client.get("/", headers=FRENCH).headers["Content-Language"] == "de"
    assert client.get("/", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"
    assert alternates(client) == {
        "de": "http://localhost/",
        "en": "http://localhost/?lang=en",
        "x-default": "http://localhost/",
    }
    feed = client.get("/articles/feed.xml", headers={"Accept-Language": "en"}).text
    assert 'xml:lang="de"' in feed and ": Artikel</title>" in feed
    with site.app_context(), in_language("en"):
        assert in_address() == {"lang": "en"}
    with site.app_context(), in_language("de"):
        assert in_address() == {}


def test_a_firm_that_writes_in_german_alone_needs_no_catalog(
    own_site: OwnSite, content_folder: Path
) -> None:
    offer(content_folder, "de")
    (content_folder / "translations/de.po").unlink()
    for page in content_folder.glob("pages/*.de.md"):
        page.unlink()
    for page in content_folder.glob("pages/*.md"):
        page.write_text(page.read_text().replace("position:", "language: de\nposition:"))
    brand = content_folder / "brand.toml"
    brand.write_text(brand.read_text().replace('subject = "Event', 'subject = "Ereignis'))
    client = own_site().test_client()
    home = client.get("/", headers={"Accept-Language": "en"}).text
    assert '<html lang="de">' in home and "<title>Ereignis-driven" in home
    assert "English" not in home and "Anfragen" in home
    assert client.get("/imprint").headers["Content-Language"] == "de"
    assert client.get("/staff/login").headers["Content-Language"] == "en"


def offer(folder: Path, *languages: str) -> None:
    brand = folder / "brand.toml"
    offered = ", ".join(f'"{one}"' for one in languages)
    brand.write_text(brand.read_text().replace('["en", "de"]', f"[{offered}]"))


def alternates(client: FlaskClient) -> dict[str, str]:
    found = re.findall(r'hreflang="([\w-]+)" href="(http[^"]+)"', client.get("/").text)
    return dict(found)
