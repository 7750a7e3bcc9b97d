"""No link on the site or in the documents is broken, and what pages say about themselves is true:
headings, canonical addresses, feed, sitemap, linked data."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
LISTING = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Page(HTMLParser):
    """The addresses that a page names, its anchors, the levels of its headings, its canonical
    address and its linked data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.levels: list[int] = []
        self.canonical = ""
        self.linked_data: list[dict[str, Any]] = []
        self._is_data = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links |= {str(given[name]) for name in ("href", "src") if given.get(name)}
        self.places |= {str(given["id"])} if given.get("id") else set()
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if given.get("rel") == "canonical":
            self.canonical = str(given["href"])
        self._is_data = given.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.linked_data += json.loads(data)["@graph"]
            self._is_data = False


def crawl(client: FlaskClient, start: str) -> tuple[dict[str, Page | None], set[str]]:
    """Every address of the site that a visitor can reach, and the addresses on other sites."""
    found: dict[str, Page | None] = {}
    elsewhere: set[str] = set()
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        page = Page(answer.text) if answer.mimetype == "text/html" else None
        found[address] = page
        for link in page.links if page else ():
            whole = urljoin(f"http://localhost{address}", link)
            if urlsplit(whole).netloc == "localhost":
                waiting.append(
                    urldefrag(urlsplit(whole)._replace(scheme="", netloc="").geturl())[0]
                )
            else:
                elsewhere.add(whole)
    return found, elsewhere


def test_every_link_of_the_site_leads_somewhere(client: FlaskClient) -> None:
    found, elsewhere = crawl(client, "/")
    assert {"/apply", "/articles/", "/engagements/sprint", "/staff/login"} <= set(found)
    for address, page in found.items():
        for link in page.links if page else ():
            target, place = urldefrag(urljoin(address, link))
            linked = found.get(target)
            if place and linked:
                assert place in linked.places, f"{address} links to {link}"
    for address in elsewhere:
        assert address.startswith(("https://", "mailto:")), address


def test_the_headings_of_every_page_skip_no_level(client: FlaskClient) -> None:
    found, _ = crawl(client, "/")
    for address, page in found.items():
        if page:
            assert page.levels.count(1) == 1 and page.levels[0] == 1, address
            deeper = zip(page.levels, page.levels[1:], strict=False)
            assert all(below - above <= 1 for above, below in deeper), address


def test_every_public_page_is_in_the_sitemap_under_its_canonical_address(
    client: FlaskClient,
) -> None:
    found, _ = crawl(client, "/")
    mapped = set(re.findall(r"<loc>http://localhost(.*?)</loc>", client.get("/sitemap.xml").text))
    assert mapped <= set(found)
    for address, page in found.items():
        if page and page.canonical:
            canonical, plain = urlsplit(page.canonical), address.partition("?")[0]
            assert canonical._replace(scheme="", netloc="").geturl() in mapped
            # The canonical address of a page in another language names the language.
            assert (canonical.path, canonical.query) in {(plain, ""), (plain, "lang=de")}


def test_every_address_in_the_feed_and_the_linked_data_exists(client: FlaskClient) -> None:
    found, _ = crawl(client, "/")
    described: dict[str, list[Any]] = {}
    for address, page in found.items():
        for thing in page.linked_data if page else ():
            described.setdefault(thing["@type"], []).append(thing)
            for own in own_addresses(thing):
                assert client.get(own).status_code == 200, f"{address} describes {own}"
    assert {"BlogPosting", "BreadcrumbList", "Organization", "Service"} <= described.keys()
    entries = re.findall(r"<entry[^>]*>\s*<id>(.*?)</id>", client.get("/articles/feed.xml").text)
    assert set(entries) == {posting["@id"] for posting in described["BlogPosting"]}


def own_addresses(thing: Any) -> Iterator[str]:
    """Every address of this site in ``thing``."""
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, list):
        for part in thing:
            yield from own_addresses(part)
    elif isinstance(thing, str) and thing.startswith("http://localhost"):
        yield urldefrag(thing)[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for link in MARKDOWN_LINK.findall(LISTING.sub("", document.read_text())):
        if link.startswith(("https://", "mailto:")):
            continue
        target, place = urldefrag(link)
        file = (document.parent / target).resolve() if target else document
        assert file.exists(), link
        if place:
            assert place in {slug(heading) for heading in HEADING.findall(file.read_text())}, link


def slug(heading: str) -> str:
    """The anchor that a code host gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
