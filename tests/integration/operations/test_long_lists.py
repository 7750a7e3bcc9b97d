"""A list that shows only the oldest of many says so, and says how many its button covers."""

import re
from html import unescape

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.operations import failures
from tests.integration.operations.conftest import Desk, Fail

CAUSE = re.compile(r'href="(/staff/events/dead-letters\?[^"]+)"')
TRY_AGAIN = text("""
UPDATE deliveries SET status = 'waiting', not_before = now() + interval '1 hour'
WHERE status = 'dead'
""")


def test_the_page_says_when_there_are_more_dead_letters_than_one_form_holds(
    desk: Desk, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(3)
    (cause,) = map(unescape, CAUSE.findall(desk.get("/staff/events/")))
    page = desk.get(cause)
    assert "Preview all 3<" in page and "are shown" not in page
    monkeypatch.setattr(failures, "MOST_DEAD_LETTERS", 2)
    page = desk.get(cause)
    assert "The oldest 2 of 3 are shown." in page
    assert "Preview these 2<" in page and "Preview all" not in page


def test_the_page_says_when_there_are_more_failed_deliveries_than_it_lists(
    desk: Desk, fail: Fail, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(3)
    session.execute(TRY_AGAIN)
    session.commit()
    assert "are shown" not in desk.get("/staff/events/")
    monkeypatch.setattr(failures, "MOST_RETRYING", 2)
    assert "The oldest 2 of 3 are shown." in desk.get("/staff/events/")
