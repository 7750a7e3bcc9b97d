"""What programs read: the feed, the sitemap, robots.txt, linked data and the pictures for shared
links."""

import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.content.drawing import HEIGHT, WIDTH, draw_picture
from app.content.texts.articles import current_articles
from app.engagements.pricing import starting_price_cents
from app.engagements.rate_card import current_rate_card
from app.firm.offers import KINDS, Kind

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ARTICLE = "/articles/event-driven-architecture"
LINKED_DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def linked_data(client: FlaskClient, path: str) -> dict[str, dict[str, Any]]:
    """The things described in the page's linked data, by type."""
    [found] = LINKED_DATA.findall(client.get(path).text)
    described = json.loads(found)
    assert described["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in described["@graph"]}


def test_the_feed_has_everything_that_atom_requires(client: FlaskClient) -> None:
    answer = client.get("/articles/feed.xml")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    ids = [one.findtext(f"{ATOM}id") for one in (feed, *entries)]
    assert len(set(ids)) == len(ids) and all(str(one).startswith("http") for one in ids)
    for one in (feed, *entries):
        assert one.findtext(f"{ATOM}title")
        assert datetime.fromisoformat(str(one.findtext(f"{ATOM}updated"))).tzinfo
        [alternate] = one.findall(f"{ATOM}link[@rel='alternate']")
        assert client.get(alternate.attrib["href"]).status_code == 200
    [own] = feed.findall(f"{ATOM}link[@rel='self']")
    assert own.attrib["href"] == "http://localhost/articles/feed.xml"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")


def test_the_feed_lists_every_article_and_is_as_recent_as_the_newest(
    app: Flask, client: FlaskClient
) -> None:
    feed = ET.fromstring(client.get("/articles/feed.xml").data)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    articles = current_articles().articles
    assert titles == [article.about.title for article in articles]
    newest = max(article.about.changed for article in articles)
    assert feed.findtext(f"{ATOM}updated") == f"{newest.isoformat()}T00:00:00Z"


def test_all_readers_get_one_feed_whose_entries_are_in_their_articles_languages(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    german = content_folder / "articles/not-yet.md"
    german.write_text(german.read_text().replace("draft: true", "language: de"))
    client = own_site().test_client()
    answer = client.get("/articles/feed.xml", headers={"Accept-Language": "de"})
    assert answer.data == client.get("/articles/feed.xml").data
    assert answer.headers["Content-Language"] == "en"
    feed = ET.fromstring(answer.data)
    assert feed.attrib[LANGUAGE] == "en"
    languages = {
        str(entry.findtext(f"{ATOM}title")): entry.attrib[LANGUAGE]
        for entry in feed.findall(f"{ATOM}entry")
    }
    assert languages.pop("Still being written") == "de"
    assert set(languages.values()) == {"en"}


def test_titles_have_typographic_apostrophes_wherever_they_are_shown(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    written = content_folder / "articles/not-yet.md"
    own = written.read_text().replace("draft: true\n", "").replace("Still being", "It can't be")
    written.write_text(own.replace("A draft.", "So it's said."))
    client = own_site().test_client()
    for path in ("/articles/", "/articles/feed.xml", "/articles/not-yet"):
        page = client.get(path).text
        assert "It can’t be written" in page and "So it’s said." in page


def test_pages_link_to_the_feed(client: FlaskClient) -> None:
    link = '<link rel="alternate" type="application/atom+xml"'
    assert all(link in client.get(path).text for path in ("/", "/articles/", ARTICLE))


def test_every_address_in_the_sitemap_is_a_page_with_that_canonical_address(app: Flask) -> None:
    client = app.test_client(use_cookies=False)  # robots keep no language cookie
    places = ET.fromstring(client.get("/sitemap.xml").data).findall(f"{MAP}url/{MAP}loc")
    addresses = [str(place.text) for place in places]
    assert len(set(addresses)) == len(addresses) >= 8
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        if not address.endswith("/apply"):
            assert f'<link rel="canonical" href="{address}">' in page.text, address


def test_robots_are_barred_only_from_the_staff_pages_and_find_the_sitemap(
    client: FlaskClient,
) -> None:
    robots = client.get("/robots.txt")
    assert robots.mimetype == "text/plain"
    assert robots.text.splitlines() == [
        "User-agent: *",
        "Disallow: /staff/",
        "Sitemap: http://localhost/sitemap.xml",
    ]


@pytest.mark.parametrize("path", ["/", "/articles/", ARTICLE, "/engagements/build"])
def test_a_shared_link_has_a_title_a_description_and_a_picture(
    client: FlaskClient, path: str
) -> None:
    html = client.get(path).text
    said = dict(re.findall(r'<meta property="og:(\S+)" content="([^"]*)">', html))
    [title] = re.findall(r"<title>(.*?) · ", html)
    assert said["title"] == title
    assert said["url"] == f"http://localhost{path}"
    assert said["description"] and said["image:alt"]
    picture = client.get(said["image"])
    assert picture.mimetype == "image/png"
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with Image.open(io.BytesIO(picture.data)) as drawn:
        assert drawn.size == (int(said["image:width"]), int(said["image:height"]))


@pytest.mark.parametrize(
    "title", ["", "Short", "word " * 200, "Unbreakable" * 30, "Ünïcode → ≥ 日本"]
)
def test_any_title_makes_a_picture_of_the_right_size(title: str) -> None:
    with Image.open(io.BytesIO(draw_picture(title, "A firm"))) as drawn:
        assert drawn.size == (WIDTH, HEIGHT)


def test_a_different_title_makes_a_different_picture() -> None:
    assert draw_picture("One", "A firm") != draw_picture("Two", "A firm")


def test_an_articles_linked_data_says_who_wrote_it_and_when(
    app: Flask, client: FlaskClient
) -> None:
    about = current_articles().article("event-driven-architecture").about
    things = linked_data(client, ARTICLE)
    posting = things["BlogPosting"]
    assert posting["headline"] == about.title
    assert posting["datePublished"] == about.published.isoformat()
    assert posting["author"]["@id"] == things["Organization"]["@id"]
    assert client.get(posting["image"]).status_code == 200
    names = [step["name"] for step in things["BreadcrumbList"]["itemListElement"]]
    assert names == ["Champlin Enterprises", "Articles", about.title]


@pytest.mark.parametrize("kind", KINDS)
def test_an_engagements_linked_data_has_its_price_from_the_rate_card(
    app: Flask, client: FlaskClient, kind: Kind
) -> None:
    service = linked_data(client, f"/engagements/{kind}")["Service"]
    card = current_rate_card()
    offer, specified = service["offers"], service["offers"]["priceSpecification"]
    dollars = starting_price_cents(kind, card) / 100
    assert float(offer["price"]) == float(specified["minPrice"]) == dollars
    assert offer["priceCurrency"] == specified["priceCurrency"] == "USD"
    assert ("unitCode" in specified) == card.price_of(kind).is_monthly


@pytest.mark.parametrize("path", ["/", "/about", "/engagements/build"])
def test_a_pages_linked_data_has_its_language_and_the_address_for_that_language(
    client: FlaskClient, path: str
) -> None:
    for language, query in (("de", "?lang=de"), ("en", "")):
        address = f"http://localhost{path}{query}"
        things = linked_data(client, f"{path}?lang={language}")
        page = things["WebPage"]
        assert page["@id"] == page["url"] == address
        assert page["inLanguage"] == language
        if service := things.get("Service"):
            assert service["url"] == service["offers"]["url"] == address
        if way := things.get("BreadcrumbList"):
            assert way["itemListElement"][-1]["item"] == address


def test_markup_in_a_title_stays_text_in_the_linked_data(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.content.views.describe_firm", lambda: {"name": "</script><b>"})
    monkeypatch.setitem(app.extensions, "kept_pages", {})
    page = client.get("/").text
    assert "</script><b>" not in page and r"\u003c/script\u003e\u003cb\u003e" in page
