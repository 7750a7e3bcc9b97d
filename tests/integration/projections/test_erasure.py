"""A person is erased: rows, log and figures still agree, and the queue has nothing about them."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.review.queue.figures import queue_figures
from app.review.queue.models import QueueRow
from app.review.queue.queries import Filters, queue_page
from tests.integration.projections.conftest import Differences, Office


def test_an_erased_client_leaves_a_row_without_personal_data(
    finished: UUID,
    office: Office,
    verify: Differences,
    rebuild: Differences,
    session: Session,
) -> None:
    before = queue_figures(session)
    office.erase(finished)
    office.handle()
    assert verify() == []
    assert rebuild() == []
    row = session.get_one(QueueRow, finished, populate_existing=True)
    assert (row.company, row.name, row.status) == ("Erased", "", "accepted")
    assert row.search_text.strip() == row.reference
    assert queue_figures(session) == before


def test_a_prospect_erased_before_the_decision_no_longer_counts_as_open(
    office: Office, verify: Differences, session: Session
) -> None:
    application_id = office.submit()
    office.handle()
    office.erase(application_id)
    office.handle()
    assert verify() == []
    assert queue_page(session, Filters(), None).rows == []
    assert queue_page(session, Filters(status="submitted"), None).rows == []
    [row] = queue_page(session, Filters(status="all"), None).rows
    assert row.status == "erased"
    figures = queue_figures(session)
    assert (figures.counts["open"], figures.counts["all"]) == (0, 1)
    assert figures.fixed_cents == {}


def test_an_unfinished_erasure_is_named(
    finished: UUID, office: Office, verify: Differences
) -> None:
    office.erase(finished)
    [found] = verify()  # the name under the agreement is erased by a subscriber
    assert "accepted_name differs from what the log says" in found
