"""The staff's list of engagements, with status, price and age."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.engagements import queries
from app.engagements.service import offer_terms
from app.events.store import read_stream
from app.events.types import stream_of
from app.web.rendering import money
from tests.integration.engagements.conftest import Engage

LIST = "/staff/engagements/"
WHEN = '<time datetime="{:%Y-%m-%dT%H:%M:%S.%f+00:00}">'
OLDER = re.compile(r'rel="next" href="([^"]+)"')


def companies(page: str) -> list[str]:
    """The companies listed, in order."""
    return re.findall(r'<th scope="row"><a [^>]*><bdi>(.*?)</bdi>', page)


def figures(page: str) -> dict[str, str]:
    """The figures above the list, by label."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))


def told(cents: Iterable[int]) -> str:
    return money(sum(cents), "usd")


def test_an_empty_list_says_when_it_will_fill(desk: FlaskClient) -> None:
    assert "No engagement yet" in desk.get(LIST).text
    assert "No engagement is listed under “Offered” now" in desk.get(f"{LIST}?status=offered").text


def test_the_newest_engagements_come_first_and_closed_ones_are_separate(
    desk: FlaskClient, engage: Engage
) -> None:
    engage("proposed", "Older", hours=5)
    engage("active", "Newer")
    engage("closed", "Closed one")
    assert companies(desk.get(LIST).text) == ["Newer", "Older"]
    assert companies(desk.get(f"{LIST}?status=closed").text) == ["Closed one"]
    assert companies(desk.get(f"{LIST}?status=proposed").text) == ["Older"]


def test_each_status_shows_its_count(desk: FlaskClient, engage: Engage) -> None:
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


def test_the_totals_are_shown_above_the_list(desk: FlaskClient, engage: Engage) -> None:
    assert set(figures(desk.get(LIST).text).values()) == {"None"}
    for status in ("proposed", "closed"):
        engage(status)
    offered = [engage("offered"), engage("offered", kind="build")]
    monthly = engage("offered", kind="fractional")
    due = [engage("accepted", kind="build"), engage("accepted", kind="fractional")]
    paid = [engage("active"), engage("active"), engage("active", kind="fractional")]
    agreed = [one for one in (*due, *paid) if one.kind != "fractional"]
    assert figures(desk.get(LIST).text) == {
        "On offer at fixed prices": told(one.total_cents for one in offered),
        "On offer, each month": told([monthly.total_cents]),
        "Agreed so far at fixed prices": told(one.total_cents for one in agreed),
        "Deposits due": told(one.deposit_cents for one in due),
        "Deposits paid so far, before refunds": told(one.deposit_cents for one in paid),
    }


def test_amounts_in_different_currencies_are_not_added_up(
    session: Session, desk: FlaskClient, engage: Engage
) -> None:
    engage("accepted").currency = "eur"
    engage("accepted")
    session.commit()
    due = figures(desk.get(LIST).text)["Deposits due"]
    assert re.fullmatch(r"€[\d,]+ \+ \$[\d,]+", due)


def test_a_deposit_links_to_its_page_once_the_client_has_agreed(
    desk: FlaskClient, engage: Engage
) -> None:
    offered, agreed = engage("offered"), engage("accepted")
    page = desk.get(LIST).text
    assert f"/staff/engagements/{agreed.id}/payment" in page and "Agreed <time" in page
    assert f"/staff/engagements/{offered.id}/payment" not in page


def test_an_offer_shows_when_it_was_made_and_the_latest_comes_first_in_its_tab(
    session: Session, desk: FlaskClient, engage: Engage
) -> None:
    for company, hours in (("Offered first", 1), ("Offered last", 9)):
        engagement = engage("proposed", company, hours=hours)
        offer_terms(session, engagement.application_id, engagement.priced)
        session.commit()
    stream = stream_of("engagement", engagement.id)
    (offered,) = read_stream(session, stream)
    assert f"Since {WHEN.format(offered.recorded_at)}" in desk.get(LIST).text
    assert companies(desk.get(f"{LIST}?status=offered").text) == ["Offered last", "Offered first"]
    assert companies(desk.get(LIST).text) == ["Offered first", "Offered last"]


@pytest.mark.parametrize("status", ["accepted", "active"])
def test_the_engagement_agreed_last_comes_first_in_its_tab(
    session: Session, desk: FlaskClient, engage: Engage, status: str
) -> None:
    agreed_at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    for company, hours in (("Agreed first", 1), ("Agreed last", 9)):
        engage(status, company, hours=hours).accepted_at = agreed_at + timedelta(hours=hours)
    session.commit()
    assert companies(desk.get(f"{LIST}?status={status}").text) == ["Agreed last", "Agreed first"]
    assert companies(desk.get(LIST).text) == ["Agreed first", "Agreed last"]


def test_each_page_of_offers_continues_where_the_last_one_ended(
    session: Session, desk: FlaskClient, engage: Engage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    for hours in range(3):
        engagement = engage("proposed", f"Proposed {hours} hours ago", hours=hours)
        offer_terms(session, engagement.application_id, engagement.priced)
        session.commit()
    page = desk.get(f"{LIST}?status=offered").text
    seen = companies(page)
    while older := OLDER.search(page):
        page = desk.get(unescape(older[1])).text
        seen += companies(page)
    assert seen == [f"Proposed {hours} hours ago" for hours in (2, 1, 0)]


def test_a_long_list_comes_in_pages_that_each_continue_where_the_last_one_ended(
    desk: FlaskClient, engage: Engage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for hours in range(5):
        engage("offered", f"Made {hours} hours ago", hours=hours)
    page = desk.get(f"{LIST}?status=offered").text
    assert "Newest" not in page
    seen = companies(page)
    while older := OLDER.search(page):
        engage("offered", "Made meanwhile")
        page = desk.get(unescape(older[1])).text
        assert "Newest" in page
        seen += companies(page)
    assert seen == [f"Made {hours} hours ago" for hours in range(5)]


@pytest.mark.parametrize("place", ["", "7", "%00", "00000000-0000-0000-0000-000000000000"])
def test_an_invalid_page_position_starts_at_the_newest(
    desk: FlaskClient, engage: Engage, place: str
) -> None:
    engage("offered", "Shown")
    assert companies(desk.get(f"{LIST}?older_than={place}").text) == ["Shown"]


@pytest.mark.parametrize("status", ["", "burnt", "%00", "'; DROP TABLE engagements"])
def test_an_unknown_status_shows_all_but_the_closed_engagements(
    desk: FlaskClient, engage: Engage, status: str
) -> None:
    engage("offered", "Shown")
    engage("closed", "Closed one")
    assert companies(desk.get(f"{LIST}?status={status}").text) == ["Shown"]


def test_each_row_shows_kind_price_deposit_and_status_and_links_to_the_application(
    desk: FlaskClient, engage: Engage
) -> None:
    engagement = engage("accepted", kind="fractional")
    page = desk.get(LIST).text
    assert f'href="/staff/applications/{engagement.application_id}"' in page
    for words in ("Fractional", "a month", "Agreed, deposit due", 'data-label="Proposed"><time'):
        assert words in page


def test_markup_in_a_companys_name_is_literal_text(desk: FlaskClient, engage: Engage) -> None:
    engage("proposed", "<script>alert(1)</script>{{7*7}}")
    page = desk.get(LIST).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script>alert" not in page
