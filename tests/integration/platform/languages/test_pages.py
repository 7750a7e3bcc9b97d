"""The public pages in German."""

import re

import pytest
from flask.testing import FlaskClient

from tests.german import english_left_in

TRANSLATED = (
    "/",
    "/articles/",
    "/engagements/",
    "/engagements/sprint",
    "/engagements/build",
    "/engagements/fractional",
    "/imprint",
    "/labs/",
    "/labs/retail",
    "/labs/payments",
    "/labs/break-it",
    "/labs/time-machine",
    "/labs/this-site",
    "/articles/choosing-a-broker/compare",
)
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
OPEN_GRAPH = re.compile(r'<meta property="og:(url|locale(?::alternate)?)" content="([^"]*)">')
ALTERNATE = re.compile(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">')
ARTICLE = "/articles/event-driven-architecture"


@pytest.mark.parametrize("path", [*TRANSLATED, "/apply", "/nothing-here"])
def test_no_sentence_is_left_untranslated(german: FlaskClient, path: str) -> None:
    assert english_left_in(german.get(path).text) == []


def test_the_check_does_find_english_where_there_is_any(client: FlaskClient) -> None:
    left = english_left_in(client.get("/engagements/sprint").text)
    assert "Who it is for, and who it is not for" in left  # the site's
    assert "What if events are the wrong answer?" in left  # the firm's
    assert "Skip to the content" in left


def test_money_and_numbers_are_written_in_the_german_way(german: FlaskClient) -> None:
    page = german.get("/engagements/sprint").text
    assert "Ab 10.000\N{NO-BREAK SPACE}$, Festpreis" in page
    assert "$10,000" not in page


@pytest.mark.parametrize("path", TRANSLATED)
def test_search_engines_are_told_the_address_of_a_page_in_each_language(
    client: FlaskClient, german: FlaskClient, path: str
) -> None:
    address = f"http://localhost{path}"
    named = dict(ALTERNATE.findall(client.get(path).text))
    assert named == {
        "en": address,
        "de": f"{address}?lang=de",
        "x-default": address,
    }
    assert dict(ALTERNATE.findall(german.get(path).text)) == named
    assert CANONICAL.findall(client.get(path).text) == [named["en"]]
    assert CANONICAL.findall(german.get(path).text) == [named["de"]]


@pytest.mark.parametrize("path", TRANSLATED)
def test_a_shared_link_leads_to_the_language_it_was_shared_in(
    client: FlaskClient, german: FlaskClient, path: str
) -> None:
    address = f"http://localhost{path}"
    shared = dict(OPEN_GRAPH.findall(client.get(path).text))
    assert shared == {"url": address, "locale": "en_US", "locale:alternate": "de_DE"}
    shared = dict(OPEN_GRAPH.findall(german.get(path).text))
    assert shared == {
        "url": f"{address}?lang=de",
        "locale": "de_DE",
        "locale:alternate": "en_US",
    }


def test_a_shared_article_names_the_language_it_is_written_in(german: FlaskClient) -> None:
    shared = dict(OPEN_GRAPH.findall(german.get(ARTICLE).text))
    assert shared == {"url": f"http://localhost{ARTICLE}", "locale": "en_US"}


@pytest.mark.parametrize("path", [ARTICLE, "/apply", "/apply/you", "/lost-link", "/staff/login"])
def test_a_page_that_search_engines_should_not_list_twice_names_no_alternates(
    client: FlaskClient, path: str
) -> None:
    assert ALTERNATE.findall(client.get(path).text) == []


def test_an_article_in_a_different_language_from_the_page_says_so(
    client: FlaskClient, german: FlaskClient
) -> None:
    foreign = german.get(ARTICLE).text
    assert '<div class="prose" lang="en">' in foreign
    assert "Auf Englisch" in foreign
    assert re.search(r'<h1 lang="en">', foreign)
    head = re.compile("<head>.*</head>", re.DOTALL)  # says what the article is about
    assert english_left_in(head.sub("", foreign)) == []
    assert "Auf Englisch" in german.get("/articles/").text

    assert CANONICAL.findall(foreign) == [f"http://localhost{ARTICLE}"]

    own = client.get(ARTICLE).text
    assert '<div class="prose">' in own
    assert "In English" not in own


def test_an_error_page_is_in_german(german: FlaskClient) -> None:
    page = german.get("/nothing-here").text
    assert "An dieser Adresse ist nichts" in page
    assert english_left_in(german.post("/").text) == []
    assert english_left_in(german.post("/apply", data={"x": "x" * 300_000}).text) == []
