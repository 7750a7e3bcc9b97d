"""The comparer's page: a form whose answers are in its address."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.comparer.arguments import current_arguments
from tests.comparer_answers import every_set_of_answers
from tests.german import english_left_in

PATH = "/articles/choosing-a-broker/compare"
WHOLE = "again=no&order=none&runs=team&peak=hundreds&shape=work"


def test_the_page_asks_every_question_with_nothing_preselected(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get(PATH).text
    assert "<h1>Which broker?</h1>" in page and "Your answers" not in page
    for question in current_arguments().questions:
        assert question.question in page
        assert page.count(f'name="{question.key}"') == len(question.answers)
    assert 'method="get"' in page and "csrf_token" not in page
    assert "error-summary" not in page


def test_the_address_holds_the_answers_and_shows_the_reasons(client: FlaskClient) -> None:
    page = client.get(f"{PATH}?{WHOLE}").text
    assert "<h1>Your answers point to RabbitMQ</h1>" in page
    assert "acknowledges each message on its own" in page
    for heading in ("Why RabbitMQ", "What counts against it", "What would change the answer"):
        assert heading in page
    assert "disagree" not in page
    chosen = re.findall(r'<input checked [^>]*name="(\w+)" value="(\w+)"', page)
    assert "&".join(f"{name}={value}" for name, value in chosen) == WHOLE


def test_conflicting_answers_are_pointed_out_first(client: FlaskClient) -> None:
    page = client.get(f"{PATH}?{WHOLE.replace('again=no', 'again=years')}").text
    assert 0 < page.index("your answers disagree") < page.index("Why ")


@pytest.mark.parametrize(
    "query", [WHOLE.replace("runs=team", "runs=robots"), WHOLE.replace("&shape=work", "")]
)
def test_a_missing_or_unknown_answer_is_asked_for_again_and_the_rest_is_kept(
    client: FlaskClient, query: str
) -> None:
    page = client.get(f"{PATH}?{query}")
    assert page.status_code == 200
    assert "Choose an answer to" in page.text
    assert "speak for" not in page.text
    assert page.text.count("<input checked") == 4


def test_an_unrelated_query_reports_no_missing_answers(client: FlaskClient) -> None:
    assert "error-summary" not in client.get(f"{PATH}?utm_source=x").text


def test_every_combination_of_answers_has_a_page(app: Flask, client: FlaskClient) -> None:
    for answers in every_set_of_answers(current_arguments())[::7]:
        page = client.get(PATH, query_string=answers)
        assert page.status_code == 200 and "Your answers point to" in page.text, answers


def test_all_answers_share_one_canonical_address(client: FlaskClient) -> None:
    link = f'<link rel="canonical" href="http://localhost{PATH}">'
    assert link in client.get(f"{PATH}?{WHOLE}").text


def test_nothing_is_stored_about_the_visitor(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get(f"{PATH}?{WHOLE}").headers


def test_every_answer_has_its_reasons_in_german(app: Flask, german: FlaskClient) -> None:
    for answers in every_set_of_answers(current_arguments())[::7]:
        page = german.get(PATH, query_string=answers).text
        assert "<h1>Ihre Antworten sprechen für" in page, answers
        assert english_left_in(page) == [], answers


def test_a_missing_answer_is_asked_for_in_german(german: FlaskClient) -> None:
    page = german.get(f"{PATH}?runs=team").text
    assert "Wählen Sie eine Antwort auf „Muss ein Leser noch einmal lesen können" in page
    assert english_left_in(page) == []


def test_the_link_to_the_article_says_that_it_is_in_another_language(
    client: FlaskClient, german: FlaskClient
) -> None:
    link = '<a href="/articles/choosing-a-broker" lang="en">'
    assert link in german.get(PATH).text
    assert link not in client.get(PATH).text


def test_switching_the_language_keeps_the_answers(client: FlaskClient) -> None:
    link = re.search(r'<a href="([^"]+)" hreflang="de"', client.get(f"{PATH}?{WHOLE}").text)
    assert link
    page = client.get(html.unescape(link[1])).text
    assert "<h1>Ihre Antworten sprechen für RabbitMQ</h1>" in page
    assert page.count("<input checked") == 5
