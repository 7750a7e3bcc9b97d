"""A price that a reviewer sets is previewed line by line, as the prospect will see it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.applications.models import Application

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
PRICE_TABLE = re.compile(r'<table class="table table--wraps price">.*?</table>', re.DOTALL)
ROW = re.compile(r'<tr><th scope="row">(.*?)</th><td class="num">(.*?)</td></tr>')
UNPROVED = {"en": ("talked", "agreed with"), "de": ("gesprochen", "vereinbart")}


def price_lines(page: str) -> list[tuple[str, str]]:
    table = PRICE_TABLE.search(page)
    assert table
    return ROW.findall(table[0])


@pytest.mark.parametrize("price", ["", "12,345"])
def test_the_preview_shows_the_price_lines_that_the_prospect_will_see(
    desk: FlaskClient,
    client: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    handle_events: Handle,
    price: str,
) -> None:
    fields = {"verdict": "accept", "kind": "sprint", "price": price}
    previewed = price_lines(decide(desk, proposed, **fields).text)
    decide_and_send(desk, proposed, **fields)
    handle_events()
    page = client.get(f"/applications/{proposed.access_token}").text
    assert previewed == price_lines(page)
    assert any("Adjusted for your application" in label for label, _ in previewed) == bool(price)


@pytest.mark.parametrize("verdict", ["ask", "decline"])
def test_a_verdict_that_offers_nothing_is_previewed_without_a_price(
    desk: FlaskClient, proposed: Application, decide: Decide, verdict: str
) -> None:
    preview = decide(desk, proposed, verdict=verdict, message="Which queue?").text
    assert "Send this email?" in preview and not PRICE_TABLE.search(preview)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_changed_price_does_not_claim_to_have_been_discussed_with_the_prospect(
    desk: FlaskClient,
    client: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    language: str,
) -> None:
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,345")
    handle_events()
    page = client.get(f"/applications/{proposed.access_token}?lang={language}").text
    (*_, (label, _), _, _) = price_lines(page)
    assert "table__note" in label
    assert not any(word in label for word in UNPROVED[language])
