"""The queue: its order, its pages, its filters and its search."""

import html
import re
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.review.queue import queries
from app.review.queue.cursor import Cursor
from app.review.queue.figures import queue_figures
from app.review.queue.models import QueueFigure, QueueRow
from app.review.queue.queries import Filters, Order, next_to_decide, queue_page
from app.scoring.models import ScoreRecord
from tests.form_page import FormPage

Stock = Callable[[list[dict[str, Any]]], list[uuid.UUID]]
NOON = datetime(2025, 11, 24, 12, tzinfo=UTC)
# A valid cursor with one extra part, nested deeper than Python can parse.
NESTED = f'["after",50,"{NOON.isoformat()}","{uuid.UUID(int=0)}",null,' + "[" * 3000

VIEWS = re.compile(r'<a href="(/staff/\?[^"]*status=\w+[^"]*)"[^>]*>[^<]+ <span>(\d+)</span>')


def ids(page: queries.QueuePage) -> list[uuid.UUID]:
    return [row.application_id for row in page.rows]


def all_ids(session: Session, filters: Filters) -> list[uuid.UUID]:
    """Page to the end, then back to the start, which must show the same pages."""
    pages = [queue_page(session, filters, None)]
    while pages[-1].next:
        pages.append(queue_page(session, filters, pages[-1].next))
    for earlier, later in zip(pages[-2::-1], pages[:0:-1], strict=True):
        assert later.previous
        assert ids(queue_page(session, filters, later.previous)) == ids(earlier)
    assert pages[0].previous is None
    return [identity for page in pages for identity in ids(page)]


# Few scores and few times, so that nearly all rows tie with others.
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "total": st.sampled_from([None, 0, 50, 100]),
            "at": st.sampled_from([NOON, NOON + timedelta(microseconds=1)]),
        }
    ),
    max_size=14,
)


@settings(max_examples=20)
@given(rows=ROWS, order=st.sampled_from(["best", "due", "newest"]), size=st.integers(1, 5))
def test_paging_shows_each_application_exactly_once_even_among_ties(
    session: Session, stock: Stock, rows: list[dict[str, Any]], order: Order, size: int
) -> None:
    for model in (QueueRow, QueueFigure, ScoreRecord, Application):
        session.execute(delete(model))
    stocked = stock(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "PAGE_SIZE", size)
        shown = all_ids(session, Filters(order=order))
    assert len(shown) == len(stocked)
    assert set(shown) == set(stocked)


def test_unscored_applications_come_first_and_then_the_best(session: Session, stock: Stock) -> None:
    low, old, new, unscored = stock(
        [
            {"total": 10, "at": NOON + timedelta(days=3)},
            {"total": 90, "at": NOON},
            {"total": 90, "at": NOON + timedelta(days=1)},
            {"total": None, "at": NOON},
        ]
    )
    assert ids(queue_page(session, Filters(), None)) == [unscored, new, old, low]


def test_what_was_never_scored_comes_last(
    desk: FlaskClient, session: Session, stock: Stock
) -> None:
    withdrawn, held, worst, unscored = stock(
        [
            {"total": None, "status": "withdrawn", "at": NOON + timedelta(days=1)},
            {"total": None, "status": "held", "signals": {"fast": 1}, "at": NOON},
            {"total": 1, "status": "declined"},
            {"total": None},
        ]
    )
    everything = Filters(status="all")
    assert ids(queue_page(session, everything, None)) == [unscored, worst, withdrawn, held]
    page = desk.get("/staff/?status=all").text
    assert page.index("Not scored yet") < page.index("Never scored")


def test_the_newest_come_first_when_asked_for(session: Session, stock: Stock) -> None:
    old, new = stock([{"total": 90, "at": NOON}, {"total": 10, "at": NOON + timedelta(days=1)}])
    assert ids(queue_page(session, Filters(order="newest"), None)) == [new, old]


def test_only_open_applications_are_shown_unless_asked_otherwise(
    session: Session, stock: Stock
) -> None:
    statuses = ["submitted", "more_requested", "accepted", "declined"]
    submitted, asked, accepted, declined = stock(
        [{"total": 50 - n, "status": status} for n, status in enumerate(statuses)]
    )
    assert ids(queue_page(session, Filters(), None)) == [submitted, asked]
    assert ids(queue_page(session, Filters(status="accepted"), None)) == [accepted]
    assert ids(queue_page(session, Filters(status="declined"), None)) == [declined]
    assert len(ids(queue_page(session, Filters(status="all"), None))) == 4
    counts = queue_figures(session).counts
    assert (counts["open"], counts["accepted"], counts["all"]) == (2, 1, 4)


def test_next_to_decide_goes_down_the_queue_and_wraps_from_the_last_to_the_best(
    session: Session, stock: Stock
) -> None:
    best, middle, asked, last, decided, held = stock(
        [
            {"total": 90},
            {"total": 60},
            {"total": 50, "status": "more_requested"},
            {"total": 20},
            {"total": 55, "status": "accepted"},
            {"total": 95, "status": "held", "signals": {"fast": 1}},
        ]
    )
    follows = {best: middle, middle: last, asked: last, last: best, decided: last, held: best}
    for here, expected in follows.items():
        following = next_to_decide(session, here, reviewer="")
        assert following and following.application_id == expected
    beyond = next_to_decide(session, uuid.uuid4(), reviewer="")
    assert beyond and beyond.application_id == best


def test_nothing_is_next_to_decide_if_no_other_application_is_waiting(
    session: Session, stock: Stock
) -> None:
    only, asked = stock([{"total": 90}, {"total": 50, "status": "more_requested"}])
    assert next_to_decide(session, only, reviewer="") is None
    following = next_to_decide(session, asked, reviewer="")
    assert following and following.application_id == only


def test_band_and_kind_narrow_the_queue(session: Session, stock: Stock) -> None:
    strong, weak, _ = stock(
        [
            {"total": 90, "band": "strong", "kind": "build"},
            {"total": 20, "band": "weak", "kind": "build"},
            {"total": None},
        ]
    )
    assert ids(queue_page(session, Filters(kind="build"), None)) == [strong, weak]
    assert ids(queue_page(session, Filters(kind="build", band="weak"), None)) == [weak]


@pytest.mark.parametrize("column", ["name", "company", "email", "reference"])
@pytest.mark.parametrize("wildcard", ["%", "_", "/", "\\", "'", "[a]"])
def test_a_wildcard_character_is_searched_for_literally(
    session: Session, stock: Stock, column: str, wildcard: str
) -> None:
    found, _ = stock([{"total": 1, column: f"a{wildcard}b"}, {"total": 1, column: "axb"}])
    assert ids(queue_page(session, Filters(search=f"A{wildcard}B"), None)) == [found]
    assert ids(queue_page(session, Filters(search=wildcard), None)) == [found]


@pytest.mark.parametrize("query", ["", "search=tide", "kind=build", "band=weak", "taken=nobody"])
def test_each_views_count_matches_what_it_lists_under_the_other_filters(
    desk: FlaskClient, stock: Stock, query: str
) -> None:
    asked = {"status": "more_requested", "total": 20, "band": "weak", "company": "A Client"}
    build = {"total": 90, "kind": "build", "company": "Tidewater"}
    stock([build, asked, {"company": "Client Ltd", "total": None}])
    views = VIEWS.findall(desk.get(f"/staff/?{query}").text)
    assert len(views) > 8
    for address, count in views:
        listed = desk.get(html.unescape(address)).text.count('href="/staff/applications/')
        assert listed == int(count), address


def test_a_reference_is_found_despite_spaces_lower_case_and_lookalike_characters(
    session: Session, stock: Stock
) -> None:
    found, _ = stock([{"total": 1, "reference": "CE-70M1-2Q9F"}, {"total": 1}])
    assert ids(queue_page(session, Filters(search="ce 7oml 2q9f"), None)) == [found]


def test_a_cursor_past_the_end_shows_the_first_page(session: Session, stock: Stock) -> None:
    stocked = stock([{"total": 50}])
    end = Cursor("after", 0, NOON - timedelta(days=9999), uuid.UUID(int=0))
    assert ids(queue_page(session, Filters(), end)) == stocked


@given(
    st.builds(
        Cursor,
        direction=st.sampled_from(["after", "before"]),
        rank=st.integers(0, 101),
        submitted_at=st.datetimes(timezones=st.timezones()),
        id=st.uuids(),
        due=st.none() | st.datetimes(timezones=st.timezones()),
    )
)
def test_no_made_up_cursor_breaks_the_queue(session: Session, cursor: Cursor) -> None:
    assert queue_page(session, Filters(), cursor).rows == []


@pytest.mark.parametrize(
    "query",
    [
        "cursor=%00",
        "cursor=WyJhZnRlciJd",
        f"cursor={urlsafe_b64encode(NESTED.encode()).decode()}",
        "status=nonsense&kind=nonsense&band=nonsense&order=nonsense",
        "search=%25%27%22%3Cscript%3E",
        "status=open&status=all&cursor=a&cursor=b",
    ],
)
def test_no_query_breaks_the_page(desk: FlaskClient, stock: Stock, query: str) -> None:
    stock([{"total": 50, "company": "Tidewater"}])
    page = desk.get(f"/staff/?{query}")
    assert page.status_code == 200
    assert "Not a valid choice" not in page.text


@pytest.mark.parametrize(
    ("search", "sentence"),
    [("a\0b", "can’t be stored"), ("a" * 5000, "Use at most 200 characters.")],
)
def test_an_invalid_search_is_explained_at_its_field_and_lists_nothing(
    desk: FlaskClient, stock: Stock, search: str, sentence: str
) -> None:
    stock([{"total": 50, "company": "Tidewater"}])
    page = desk.get("/staff/", query_string={"search": search, "status": "all"})
    form = FormPage(page.text)
    assert page.status_code == 422 and form.wrong == {"search"}
    assert form.has_each_error_at_its_field() and sentence in html.unescape(page.text)
    assert form.values["search"] == [search] and form.values["status"] == ["all"]
    assert "Tidewater" not in page.text and "No application matches" not in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing waits for a decision"),
        ("status=held", "No application is listed under “Held” now"),
        ("status=held&search=x", "shorten the search"),
    ],
)
def test_an_empty_list_says_what_there_is_none_of(
    desk: FlaskClient, stock: Stock, query: str, words: str
) -> None:
    stock([{"status": "declined"}])
    page = desk.get(f"/staff/?{query}").text
    assert words in page and ("shorten the search" in page) == ("search" in query)


@pytest.mark.parametrize("status", ["open", "held", "all"])
def test_an_empty_desk_says_that_no_application_has_come_yet(
    desk: FlaskClient, status: str
) -> None:
    page = desk.get(f"/staff/?status={status}").text
    assert "No application yet" in page and "Choose another status" not in page


def test_the_page_links_to_its_neighbours_and_keeps_the_filters(
    desk: FlaskClient, stock: Stock
) -> None:
    stock([{"total": 50, "company": f"Client {number}"} for number in range(26)])
    page = desk.get("/staff/?order=newest&search=client").text
    assert page.count("/staff/applications/") == 25
    onward = page.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert "search=client" in onward and "order=newest" in onward
    last = desk.get(onward).text
    assert last.count("/staff/applications/") == 1
    assert 'rel="prev"' in last and 'rel="next"' not in last
