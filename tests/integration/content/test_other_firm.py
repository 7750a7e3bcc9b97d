"""Another firm's site: what it says about the firm is in content/brand.toml."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.faults import ContentError

OWN = {
    "subject": "Security reviews",
    "introduction": "We close the hole before we leave.",
    "about_articles": "What we know about getting in.",
}


TO_LABS = re.compile(r"\((?:/labs/|/articles/choosing-a-broker/compare)[^)]*\)")


@pytest.fixture
def other_firm(own_site: Callable[..., Flask], content_folder: Path) -> FlaskClient:
    brand = content_folder / "brand.toml"
    lines = brand.read_text().splitlines()
    for key, text in OWN.items():
        (at,) = (number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[at] = f'{key} = "{text}"'
    brand.write_text("\n".join(lines))
    return own_site().test_client()


def test_the_home_page_begins_with_what_the_firm_says_of_itself(other_firm: FlaskClient) -> None:
    home = other_firm.get("/").text
    assert "<title>Security reviews · " in home
    assert '<p class="lead">We close the hole before we leave.</p>' in home


def test_the_list_of_articles_begins_with_what_they_are_about(other_firm: FlaskClient) -> None:
    page = other_firm.get("/articles/").text
    assert '<p class="lead">What we know about getting in.</p>' in page
    assert '<meta name="description" content="What we know about getting in.">' in page
    assert "event-driven architecture, for" not in page


def test_a_firm_may_do_without_the_labs(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    without_labs(content_folder)
    for text in content_folder.rglob("*.md"):
        text.write_text(TO_LABS.sub("(/articles/)", text.read_text()))
    client = own_site().test_client()
    paths = re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", client.get("/sitemap.xml").text)
    assert len(paths) > 20
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        assert not re.search(r'href="/labs|/compare"|through the architecture', page.text), path
    for path in ("/labs/", "/labs/break-it", "/labs/this-site", "/labs/time-machine"):
        assert client.get(path).status_code == 404
    assert client.get("/articles/choosing-a-broker/compare").status_code == 404


def test_a_text_that_leads_to_the_labs_of_a_firm_without_them_is_refused(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    without_labs(content_folder)
    with pytest.raises(ContentError, match=r"about\.md:24: The link '/labs/break-it' leads to no"):
        own_site()


def without_labs(folder: Path) -> None:
    brand = folder / "brand.toml"
    brand.write_text(brand.read_text().replace("labs = true", "labs = false"))
