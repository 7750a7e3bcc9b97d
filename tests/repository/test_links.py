"""No link of the site or of the documents leads nowhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Page(HTMLParser):
    """The addresses that a page names, and the places in it that can be linked to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.add(value)
            if name == "id" and value:
                self.places.add(value)


def crawl(client: FlaskClient, start: str) -> tuple[dict[str, Page | None], set[str]]:
    """Every address of the site that a visitor can reach, and the addresses elsewhere."""
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for link in MARKDOWN_LINK.findall(document.read_text()):
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
