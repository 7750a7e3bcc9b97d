"""An invalid value in the log's filters is reported, not ignored."""

import html
import re

import pytest
from sqlalchemy.orm import Session

from tests.form_page import FormPage
from tests.integration.operations.conftest import Desk, Submit

LOG = "/staff/events/log"


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"search": "x" * 201}, "search", "Use at most 200 characters."),
        ({"search": "a\0b"}, "search", "can’t be stored"),
        ({"since": "yesterday"}, "since", "Write a day like 2026-11-29."),
        ({"until": "10000-01-01"}, "until", "Write a day like 2026-11-29."),
        ({"since": "2026-11-29", "until": "2026-11-28"}, "until", "comes before the first one"),
    ],
)
def test_an_invalid_filter_is_explained_at_its_field_and_kept_and_nothing_is_listed(
    desk: Desk, submit: Submit, query: dict[str, str], field: str, sentence: str
) -> None:
    submit()
    page = desk.get(LOG, {"type": "application.submitted", **query}, status=422)
    form = FormPage(page)
    assert form.wrong == {field} and form.has_each_error_at_its_field()
    assert sentence in html.unescape(page) and 'role="alert"' in page
    assert form.values[field] == [query[field]]
    assert "selected" in page.partition('value="application.submitted"')[0].rpartition("<option")[2]
    assert "<table" not in page and "No event matches" not in page
    assert "Show all again" in page


def test_a_choice_that_does_not_exist_counts_as_no_choice(desk: Desk, submit: Submit) -> None:
    submit()
    page = desk.get(LOG, {"type": "nonsense", "actor": "staff:nobody"})
    assert "application.submitted</a>" in page and "Not a valid choice" not in page


def test_the_search_field_does_not_truncate_what_is_pasted(desk: Desk, session: Session) -> None:
    for path in (LOG, "/staff/"):
        [field] = re.findall('<input[^>]*name="search"[^>]*>', desk.get(path))
        assert "maxlength" not in field
