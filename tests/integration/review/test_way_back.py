"""The way back from an application leads to the list as it was left, even after a decision."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.applications.models import Application
from tests.integration.review.conftest import Decide, Stock

BACK = re.compile(r'<nav class="crumbs"[^>]*><a href="([^"]+)">Applications</a></nav>')
NEXT = re.compile(r'rel="next" href="([^"]+)">Next</a>')


def way_back(page: str) -> str:
    (address,) = map(unescape, BACK.findall(page))
    return address


def test_the_list_keeps_its_filters_and_its_page_through_a_decision(
    desk: FlaskClient, applied: Application, stock: Stock, decide_and_send: Decide
) -> None:
    stock([{"total": 50, "company": f"Tidewater {number}"} for number in range(30)])
    first = desk.get("/staff/?status=all&search=tidewater&order=newest").text
    second = desk.get(unescape(NEXT.findall(first)[0])).text
    decided = decide_and_send(desk, applied, verdict="decline", message="Thank you.")
    after = desk.get(decided.location).text
    assert "Declined. The mail is on its way." in unescape(after)
    again = desk.get(way_back(after)).text
    assert rows(again) == rows(second) != rows(first)
    assert 'value="tidewater"' in again


@pytest.mark.parametrize(
    "address", ["/staff/", "/staff/?search=%00&status=all", "/staff/?cursor=x"]
)
def test_the_back_link_leads_to_the_list_viewed_last(
    desk: FlaskClient, applied: Application, address: str
) -> None:
    own_page = f"/staff/applications/{applied.id}"
    assert way_back(desk.get(own_page).text) == "/staff/"
    desk.get("/staff/?status=held&kind=build")
    narrowed = way_back(desk.get(own_page).text)
    assert "status=held" in narrowed and "kind=build" in narrowed
    answer = desk.get(address)
    latest = way_back(desk.get(own_page).text)
    assert (latest == narrowed) == (answer.status_code == 422)
    assert desk.get(latest).status_code == 200 and "cursor" not in latest


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="([^"]+)"', page)
