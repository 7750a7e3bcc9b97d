"""Links from a lab to the articles that it illustrates."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.articles import current_articles
from app.labs.scenarios import SCENARIOS
from app.labs.this_site.views import ARTICLES

SLUGS_OF = {f"/labs/{scenario.slug}": scenario.articles for scenario in SCENARIOS}
SLUGS_OF["/labs/this-site"] = ARTICLES


@pytest.mark.parametrize("path", SLUGS_OF)
def test_each_lab_links_to_its_articles(app: Flask, client: FlaskClient, path: str) -> None:
    page = html.unescape(client.get(path).text)
    assert "What it is about" in page and SLUGS_OF[path]
    for slug in SLUGS_OF[path]:
        title = current_articles().article(slug).about.title
        assert f'<a href="/articles/{slug}">{title}</a>' in page


def test_an_article_that_does_not_exist_is_not_listed(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.labs.this_site.views.ARTICLES", ("cqrs", "nothing-of-that-name"))
    page = client.get("/labs/this-site").text
    assert page.count('href="/articles/cqrs"') == 1 and "nothing-of-that-name" not in page
    monkeypatch.setattr("app.labs.this_site.views.ARTICLES", ("nothing-of-that-name",))
    assert "What it is about" not in client.get("/labs/this-site").text


def test_a_german_page_marks_an_english_article_as_english(german: FlaskClient) -> None:
    page = german.get("/labs/retail").text
    assert "Worum es geht" in page and 'lang="en">An order, from the click' in page


def test_the_home_page_links_to_the_labs(client: FlaskClient, german: FlaskClient) -> None:
    page = client.get("/").text
    assert '<a class="touch" href="/labs/">To the labs</a>' in page
    assert '<a class="touch" href="/labs/">Zum Labor</a>' in german.get("/").text
    assert len(page.encode()) < 100_000
