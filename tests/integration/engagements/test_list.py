"""The staff's list of engagements: what stands where, at what price, since when."""

import re

import pytest
from flask.testing import FlaskClient

from app.engagements import queries, views
from tests.integration.engagements.conftest import Engage

LIST = "/staff/engagements/"


def companies(page: str) -> list[str]:
    """Those listed, in their order."""
    return re.findall(r'<th scope="row"><a [^>]*><bdi>(.*?)</bdi>', page)


def test_an_empty_list_says_when_it_fills(desk: FlaskClient) -> None:
    assert "No engagement yet" in desk.get(LIST).text
    assert "No engagement is listed under “Offered” now" in desk.get(f"{LIST}?status=offered").text


def test_the_newest_stand_first_and_closed_ones_apart(desk: FlaskClient, engage: Engage) -> None:
    engage("proposed", "Older", hours=5)
    engage("active", "Newer")
    engage("closed", "Closed one")
    assert companies(desk.get(LIST).text) == ["Newer", "Older"]
    assert companies(desk.get(f"{LIST}?status=closed").text) == ["Closed one"]
    assert companies(desk.get(f"{LIST}?status=proposed").text) == ["Older"]


def test_each_status_says_how_many_stand_in_it(desk: FlaskClient, engage: Engage) -> None:
    for status in ("offered", "offered", "accepted", "closed"):
        engage(status)
    tabs = dict(re.findall(r">([A-Z][a-z, ]+) <span>(\d+)</span></a>", desk.get(LIST).text))
    assert tabs == {
        "All but closed": "3",
        "Proposed": "0",
        "Offered": "2",
        "Agreed, deposit due": "1",
        "Agreed, deposit paid": "0",
        "Closed": "1",
    }


def test_a_deposit_leads_to_its_page_once_it_is_agreed(desk: FlaskClient, engage: Engage) -> None:
    offered, agreed = engage("offered"), engage("accepted")
    page = desk.get(LIST).text
    assert f"/staff/engagements/{agreed.id}/payment" in page and "Agreed <time" in page
    assert f"/staff/engagements/{offered.id}/payment" not in page


def test_a_list_that_is_cut_says_so(
    desk: FlaskClient, engage: Engage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queries, views):
        monkeypatch.setattr(module, "MOST_LISTED", 2)
    engage("proposed", "Oldest", hours=2)
    assert "Only the newest" not in desk.get(LIST).text
    engage("proposed", "Older", hours=1)
    engage("proposed", "New")
    page = desk.get(LIST).text
    assert companies(page) == ["New", "Older"] and "Only the newest 2 are listed" in page


@pytest.mark.parametrize("status", ["", "burnt", "%00", "'; DROP TABLE engagements"])
def test_an_unknown_status_shows_all_but_closed_ones(
    desk: FlaskClient, engage: Engage, status: str
) -> None:
    engage("offered", "Shown")
    engage("closed", "Closed one")
    assert companies(desk.get(f"{LIST}?status={status}").text) == ["Shown"]


def test_each_row_shows_kind_price_deposit_and_status_and_leads_to_the_application(
    desk: FlaskClient, engage: Engage
) -> None:
    engagement = engage("accepted", kind="fractional")
    page = desk.get(LIST).text
    assert f'href="/staff/applications/{engagement.application_id}"' in page
    for words in ("Fractional", "a month", "Agreed, deposit due"):
        assert words in page


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.001, "Just now"),
        (0.5, "30 minutes ago"),
        (1.5, "1 hour ago"),
        (47.5, "47 hours ago"),
        (48.5, "2 days ago"),
        (24 * 90.5, "90 days ago"),
    ],
)
def test_the_age_is_told_in_one_unit(
    desk: FlaskClient, engage: Engage, hours: float, words: str
) -> None:
    engage("proposed", hours=hours)
    assert words in desk.get(LIST).text


def test_a_companys_name_is_text(desk: FlaskClient, engage: Engage) -> None:
    engage("proposed", "<script>alert(1)</script>{{7*7}}")
    page = desk.get(LIST).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script>alert" not in page
