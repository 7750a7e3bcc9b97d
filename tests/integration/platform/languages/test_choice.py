"""Which language a visitor sees."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def language_of(html: str) -> str:
    (language,) = re.findall(r'<html lang="(\w+)"', html)
    return str(language)


def test_the_browsers_settings_choose_the_language(client: FlaskClient) -> None:
    german = client.get("/", headers=GERMAN)
    assert language_of(german.text) == german.headers["Content-Language"] == "de"
    assert language_of(client.get("/").text) == "en"
    french = client.get("/", headers={"Accept-Language": "fr"})
    assert language_of(french.text) == "en"


def test_caches_are_told_what_a_page_depends_on(client: FlaskClient) -> None:
    assert {"Accept-Language", "Cookie"} <= client.get("/").vary.as_set(preserve_casing=True)


def test_a_visitors_choice_overrides_the_browsers_settings_and_persists(
    client: FlaskClient,
) -> None:
    assert language_of(client.get("/?lang=en", headers=GERMAN).text) == "en"
    assert language_of(client.get("/apply", headers=GERMAN).text) == "en"
    assert language_of(client.get("/apply?lang=de").text) == "de"
    assert language_of(client.get("/").text) == "de"


@pytest.mark.parametrize("language", ["fr", "", "../de", "d\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_an_unknown_language_changes_nothing(client: FlaskClient, language: str) -> None:
    answer = client.get("/", query_string={"lang": language})
    assert (answer.status_code, language_of(answer.text)) == (200, "en")
    assert not client.get_cookie("language")


def test_each_page_links_to_itself_in_every_language(client: FlaskClient) -> None:
    for path in ("/engagements/sprint", "/apply/system"):
        html = client.get(path).text
        assert f'href="{path}?lang=de"' in html


def test_an_error_page_links_to_the_home_page_in_the_other_language(client: FlaskClient) -> None:
    html = client.get("/nothing-here").text
    assert 'href="/?lang=de"' in html


def test_staff_and_programs_are_answered_in_english(client: FlaskClient) -> None:
    assert language_of(client.get("/staff/login?lang=de", headers=GERMAN).text) == "en"
    problem = client.get("/api/v1/nothing", headers=GERMAN)
    assert problem.json and problem.json["detail"] == "There is nothing at this address."


def test_a_visitor_with_another_language_is_not_served_the_cached_page(
    app: Flask,
) -> None:
    english = app.test_client().get("/engagements/")
    again = app.test_client().get(
        "/engagements/", headers={**GERMAN, "If-None-Match": english.headers["ETag"]}
    )
    assert again.status_code == 200
    assert language_of(again.text) == "de"
