"""Anybody with its signed link can read a draft, and it appears nowhere else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.integration.content.conftest import command

OwnSite = Callable[..., Flask]
LISTS = (
    *("/", "/articles/", "/articles/feed.xml", "/sitemap.xml"),
    "/articles/event-driven-architecture",
)


@pytest.fixture
def site(own_site: OwnSite) -> Flask:
    return own_site()


def preview_path(site: Flask) -> str:
    printed = command(site, "content", "preview", "not-yet")
    assert printed.exit_code == 0, printed.output
    assert printed.output.startswith("http://localhost/drafts/")
    return printed.output.strip().removeprefix("http://localhost")


def test_the_link_shows_the_draft_and_keeps_it_out_of_search_engines(site: Flask) -> None:
    page = site.test_client().get(preview_path(site))
    assert page.status_code == 200
    assert "<h1>Still being written</h1>" in page.text and 'href="#a-part"' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "canonical" not in page.text and "og:title" not in page.text


def test_without_the_right_signature_a_draft_is_not_found(site: Flask) -> None:
    client, path = site.test_client(), preview_path(site)
    forged = [path[:-1], path + "x", "/drafts/not-yet", "/articles/not-yet"]
    pictures = ["/articles/not-yet.png"]
    assert {client.get(address).status_code for address in forged + pictures} == {404}


def test_a_link_signed_with_another_key_opens_nothing(site: Flask, own_site: OwnSite) -> None:
    other = own_site(SECRET_KEY="another key of at least 32 characters")
    assert other.test_client().get(preview_path(site)).status_code == 404


def test_the_link_to_a_draft_since_published_leads_to_the_article(
    site: Flask, own_site: OwnSite, content_folder: Path
) -> None:
    path = preview_path(site)
    draft = content_folder / "articles/not-yet.md"
    draft.write_text(draft.read_text().replace("draft: true\n", ""))
    client = own_site().test_client()
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, "/articles/not-yet")
    assert client.get(answer.location).status_code == 200
    draft.unlink()
    assert own_site().test_client().get(path).status_code == 404


def test_no_page_lists_a_draft(site: Flask) -> None:
    client = site.test_client()
    for path in LISTS:
        page = client.get(path)
        assert page.status_code == 200, path
        assert "Still being written" not in page.text and "/not-yet" not in page.text, path


def test_an_article_that_links_to_a_draft_stops_the_start(
    own_site: OwnSite, content_folder: Path
) -> None:
    article = content_folder / "articles/event-driven-architecture.md"
    article.write_text(article.read_text() + "\n[Soon](/articles/not-yet)\n")
    with pytest.raises(Exception, match="The link '/articles/not-yet' leads to no page"):
        own_site()


def test_only_a_draft_has_a_preview(site: Flask) -> None:
    told = command(site, "content", "preview", "nothing")
    assert told.exit_code == 1
    assert "There is no draft 'nothing'. `flask content check` lists" in told.output
