"""The comparer's page: a form that is its own address."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.comparer.arguments import current_arguments

PATH = "/articles/choosing-a-broker/compare"
WHOLE = "again=no&order=none&runs=team&peak=hundreds&shape=work"


def test_the_page_asks_every_question_and_answers_none(app: Flask, client: FlaskClient) -> None:
    html = client.get(PATH).text
    assert "<h1>Which broker?</h1>" in html and "Your answers" not in html
    for question in current_arguments().questions:
        assert question.question in html
        assert html.count(f'name="{question.key}"') == len(question.answers)
    assert 'method="get"' in html and "csrf_token" not in html
    assert "error-summary" not in html


def test_the_address_holds_the_answers_and_shows_the_reasons(client: FlaskClient) -> None:
    html = client.get(f"{PATH}?{WHOLE}").text
    assert "<h1>Your answers speak for RabbitMQ</h1>" in html
    assert "acknowledges each message by itself" in html
    for heading in ("Why RabbitMQ", "What speaks against it", "What would change the answer"):
        assert heading in html
    assert "disagree" not in html
    chosen = re.findall(r'<input checked [^>]*name="(\w+)" value="(\w+)"', html)
    assert "&".join(f"{name}={value}" for name, value in chosen) == WHOLE


def test_answers_that_disagree_are_told_first(client: FlaskClient) -> None:
    html = client.get(f"{PATH}?{WHOLE.replace('again=no', 'again=years')}").text
    assert 0 < html.index("your answers disagree") < html.index("Why ")


@pytest.mark.parametrize(
    "query", [WHOLE.replace("runs=team", "runs=robots"), WHOLE.replace("&shape=work", "")]
)
def test_what_is_missing_or_unknown_is_asked_again_and_the_rest_stays(
    client: FlaskClient, query: str
) -> None:
    page = client.get(f"{PATH}?{query}")
    assert page.status_code == 200
    assert "Choose an answer to" in page.text
    assert "speak for" not in page.text
    assert page.text.count("<input checked") == 4


def test_another_query_asks_nothing_of_anybody(client: FlaskClient) -> None:
    assert "error-summary" not in client.get(f"{PATH}?utm_source=x").text


def test_every_set_of_answers_has_a_page(app: Flask, client: FlaskClient) -> None:
    for answers in current_arguments().every_set_of_answers()[::7]:
        page = client.get(PATH, query_string=answers)
        assert page.status_code == 200 and "Your answers speak for" in page.text, answers


def test_all_answers_share_one_canonical_address(client: FlaskClient) -> None:
    link = f'<link rel="canonical" href="http://localhost{PATH}">'
    assert link in client.get(f"{PATH}?{WHOLE}").text


def test_nothing_is_stored_of_whoever_asks(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get(f"{PATH}?{WHOLE}").headers
