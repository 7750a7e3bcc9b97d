"""The firm's pages in German, at the addresses of their originals."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.faults import ContentError
from app.content.texts.pages import current_pages
from tests.integration.content.conftest import command

OwnSite = Callable[..., Flask]
IN_GERMAN = {"Accept-Language": "de"}
LABELS = {
    "/how-we-work": "So arbeiten wir",
    "/about": "Über uns",
    "/privacy": "Datenschutz",
    "/imprint": "Impressum",
}
FOOT = re.compile(r'<a href="(/[\w-]+)"( lang="en")?>([^<]+)</a>')
TITLE = re.compile(r"<h1>([^<]+)</h1>")


def foot_of(page: str) -> list[tuple[str, str, str]]:
    """The links to the firm's pages in the footer: address, language if different, and text."""
    return [link for link in FOOT.findall(page.partition("<footer")[2]) if link[0] in LABELS]


@pytest.fixture
def without_german_imprint(content_folder: Path, own_site: OwnSite) -> FlaskClient:
    (content_folder / "pages/imprint.de.md").unlink()
    return own_site().test_client()


@pytest.mark.parametrize("path", LABELS)
def test_each_page_is_german_for_a_browser_that_prefers_german(
    client: FlaskClient, path: str
) -> None:
    german, english = client.get(path, headers=IN_GERMAN).text, client.get(path).text
    main = german.partition("<main")[2].partition("<footer")[0]
    assert 'lang="en"' not in main
    assert "{{" not in main
    assert TITLE.findall(german) != TITLE.findall(english)
    assert foot_of(german) == [(path, "", label) for path, label in LABELS.items()]


def test_choosing_german_in_the_footer_shows_the_same_page_as_a_german_browser(
    client: FlaskClient,
) -> None:
    chosen = client.get("/privacy?lang=de").text
    assert "<title>Datenschutz · " in chosen
    assert chosen == client.get("/privacy", headers=IN_GERMAN).text
    assert "<title>Privacy · " in client.get("/privacy?lang=en").text


@pytest.mark.parametrize("path", LABELS)
def test_a_page_is_cached_separately_for_each_language(client: FlaskClient, path: str) -> None:
    german, english = client.get(path, headers=IN_GERMAN), client.get(path)
    assert german.headers["ETag"] != english.headers["ETag"]
    again = {**IN_GERMAN, "If-None-Match": german.headers["ETag"]}
    assert client.get(path, headers=again).status_code == 304
    assert client.get(path, headers={"If-None-Match": german.headers["ETag"]}).status_code == 200


def test_without_a_translation_the_original_is_shown_marked_with_its_language(
    without_german_imprint: FlaskClient,
) -> None:
    page = without_german_imprint.get("/imprint", headers=IN_GERMAN).text
    assert '<html lang="de">' in page
    assert '<h1 lang="en">Imprint</h1>' in page
    assert '<div class="prose" lang="en">' in page
    assert ("/imprint", ' lang="en"', "Imprint") in foot_of(page)
    assert ("/privacy", "", "Datenschutz") in foot_of(page)


def test_search_engines_are_told_of_a_translation_if_there_is_one(
    without_german_imprint: FlaskClient,
) -> None:
    def told(path: str) -> str:
        return without_german_imprint.get(path, headers=IN_GERMAN).text.partition("</head>")[0]

    assert '<link rel="canonical" href="http://localhost/about?lang=de">' in told("/about")
    assert 'hreflang="de" href="http://localhost/about?lang=de"' in told("/about")
    assert '<link rel="canonical" href="http://localhost/imprint">' in told("/imprint")
    assert "hreflang" not in told("/imprint")
    places = without_german_imprint.get("/sitemap.xml").text
    assert "<loc>http://localhost/about?lang=de</loc>" in places
    assert "<loc>http://localhost/imprint</loc>" in places
    assert "/imprint?lang=de" not in places


@pytest.mark.parametrize("link", ["/nothing", "/privacy#who-else-gets-anything", "/privacy.de"])
def test_a_link_on_a_german_page_has_to_lead_to_something_that_exists_in_german(
    content_folder: Path, own_site: OwnSite, link: str
) -> None:
    imprint = content_folder / "pages/imprint.de.md"
    written = imprint.read_text()
    imprint.write_text(f"{written}\n[Hier](/privacy#wer-sonst-noch-etwas-bekommt)\n")
    assert command(own_site(), "content", "check").exit_code == 0
    imprint.write_text(f"{written}\n[Hier]({link})\n")
    with pytest.raises(ContentError, match=r"imprint\.de\.md:\d+: The link"):
        own_site()


def test_a_translation_without_its_original_stops_the_start(
    content_folder: Path, own_site: OwnSite
) -> None:
    told = command(own_site(), "content", "check").output
    assert "pages: 4, translations of pages: 4." in told
    (content_folder / "pages/imprint.md").unlink()
    with pytest.raises(ContentError, match=r"imprint\.de\.md:1: There is no imprint\.md"):
        own_site()


def test_a_translation_has_the_same_figures_cookies_and_links_in_the_same_order(app: Flask) -> None:
    pages = current_pages()
    for page in pages.pages:
        german = pages.page(page.slug, "de")
        assert facts_in(german.html) == facts_in(page.html), page.slug
        assert len(german.contents) == len(page.contents), page.slug


def facts_in(html: str) -> list[str]:
    """The figures, code names and addresses in a text."""
    return re.findall(r'href="[^"]+"|<code>[^<]+</code>|\b\d+ |<li>|<strong>|<h2', html)
