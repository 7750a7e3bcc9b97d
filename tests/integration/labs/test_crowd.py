"""A crowd in the labs: the more visitors there are, the less each one costs."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.labs.runner import AT_FULL_SPEED, slowness_among
from tests.form_page import CSRF_TOKEN
from tests.integration.labs.conftest import Press, Visitor

ADDRESSES = ["/labs/retail", "/labs/time-machine"]
PRESSED = {"retail": ("place", "1"), "time-machine": ("deposit", "1000")}


def pause_of(page: str) -> int:
    return int(
        page.partition('id="lab-state"')[2].partition('hx-trigger="every ')[2].partition("s")[0]
    )


def test_pages_poll_less_often_the_more_sandboxes_are_open(
    client: FlaskClient, press: Press, visitor: Callable[[str], Visitor]
) -> None:
    assert pause_of(press("/labs/retail/place", **{"place-choice": "1"}).text) == 1
    for _ in range(8):
        visitor("payments")
    assert pause_of(client.get("/labs/retail").text) == 2
    for _ in range(15):
        visitor("payments")
    assert pause_of(client.get("/labs/retail").text) == 3


def test_work_takes_longer_the_more_subscribers_are_busy() -> None:
    assert {slowness_among(few) for few in range(AT_FULL_SPEED + 1)} == {1.0}
    assert slowness_among(3 * AT_FULL_SPEED) == 3.0


@pytest.mark.parametrize("address", ADDRESSES)
def test_visitors_without_a_sandbox_get_the_same_page_but_each_their_own_csrf_token(
    app: Flask, address: str
) -> None:
    one, other = app.test_client(), app.test_client()
    pages = [browser.get(address).text for browser in (one, other, one)]
    tokens = [set(CSRF_TOKEN.findall(page)) for page in pages]
    assert all(len(found) == 1 for found in tokens) and tokens[0] != tokens[1]
    alike = {page.replace(found.pop(), "") for page, found in zip(pages, tokens, strict=True)}
    assert len(alike) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_shared_page_is_in_the_visitors_language_with_an_up_to_date_count(
    app: Flask, address: str, visitor: Callable[[str], Visitor]
) -> None:
    def read(language: str) -> str:
        return app.test_client().get(address, headers={"Accept-Language": language}).text

    assert "0 of 24 sandboxes are in use" in read("en")
    assert "0 von 24 Sandboxen sind belegt" in read("de")
    visitor("payments")
    assert "1 of 24 sandboxes are in use" in read("en")
    assert "1 von 24 Sandboxen sind belegt" in read("de")


@pytest.mark.parametrize("lab", PRESSED)
def test_what_one_visitor_does_shows_on_nobody_elses_page(
    app: Flask, press: Press, lab: str
) -> None:
    action, choice = PRESSED[lab]
    mine = press(f"/labs/{lab}/{action}", **{f"{action}-choice": choice}).text
    theirs = app.test_client().get(f"/labs/{lab}").text
    assert f"/labs/{lab}/events/1" in mine and f"/labs/{lab}/events/1" not in theirs


def test_a_refusal_is_shown_only_to_the_visitor_it_is_meant_for(
    app: Flask, client: FlaskClient, press: Press, visitor: Callable[[str], Visitor]
) -> None:
    for _ in range(24):
        visitor("payments")
    refusal = "Every sandbox is in use right now"
    assert refusal in press("/labs/retail/place", **{"place-choice": "1"}).text
    assert refusal not in app.test_client().get("/labs/retail").text
    assert refusal not in client.get("/labs/retail").text


def test_the_slider_fetches_only_the_part_that_it_changes(
    client: FlaskClient, press: Press
) -> None:
    press("/labs/time-machine/deposit", **{"deposit-choice": "20000"})
    page = client.get("/labs/time-machine?at=1").text
    part = client.get("/labs/time-machine/moment?at=1").text
    assert "Balance after 1 of 2 events" in part and part.strip().startswith("<div")
    assert part.strip() in page
