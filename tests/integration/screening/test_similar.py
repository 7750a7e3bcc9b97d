"""What staff see beside an application: others with the same person, company or text, and that an
address is a throwaway one. None of this puts it on hold."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.similar import similar_applications
from tests.integration.screening.conftest import Apply

OWN_TEXT = "We lose orders each night, and have looked for the reason since May. " * 3
OTHERS = {"email": "bob@other.example", "company": "Other Ltd", "problem": OWN_TEXT}


@pytest.mark.parametrize(
    ("same", "shared"),
    [
        ({"email": "ADA@client.example"}, ("person",)),
        ({"company": "TIDEWATER freight"}, ("company",)),
        ({"problem": "The same words. " * 20}, ("text",)),
    ],
)
def test_another_application_with_the_same_person_company_or_text_is_named(
    apply: Apply, session: Session, same: dict[str, Any], shared: tuple[str, ...]
) -> None:
    one = apply(
        email="ada@client.example", company="Tidewater Freight", problem="The same words. " * 20
    )
    other = apply(**(OTHERS | same))
    for this, that in ((one, other), (other, one)):
        [found] = similar_applications(session, this)
        assert (found.reference, found.shared) == (that.reference, shared)


def test_applications_by_other_people_or_from_another_month_are_not_named(
    apply: Apply, session: Session
) -> None:
    one, _, long_ago = apply(), apply(**OTHERS), apply()
    session.execute(
        text(
            "UPDATE applications SET submitted_at = submitted_at - interval '31 days'"
            " WHERE id = :id"
        ),
        {"id": long_ago.id},
    )
    session.commit()
    assert similar_applications(session, one) == []


def test_an_erased_prospect_is_similar_to_nobody(apply: Apply, session: Session) -> None:
    one, erased = apply(), apply()
    erase_person(session, erased.id, actor="prospect")
    session.commit()
    assert similar_applications(session, one) == []
    assert similar_applications(session, erased) == []


def test_the_page_of_an_application_links_to_the_similar_one(
    apply: Apply, desk: FlaskClient
) -> None:
    one, other = apply(email="ada@mailinator.com"), apply()
    page = desk.get(f"/staff/applications/{one.id}").text
    named = f'<bdi>{other.company}</bdi>, <span class="unbroken">{other.reference}</span>'
    assert f'href="/staff/applications/{other.id}">{named}</a>' in page
    assert "throwaway" in page and "The same company and text, received" in page
    page = desk.get(f"/staff/applications/{apply().id}").text
    assert "The same person, company and text, received" in page
    assert one.status == other.status == "submitted"


def test_an_application_similar_to_none_has_no_such_section(
    apply: Apply, desk: FlaskClient
) -> None:
    assert "Worth knowing" not in desk.get(f"/staff/applications/{apply().id}").text
