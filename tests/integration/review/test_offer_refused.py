"""An offer that can no longer be changed or taken back, or not like that: the reviewer is told why,
and loses nothing that they typed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.models import Engagement
from app.messages.service import write_as_prospect
from app.notifications.letters import decision
from app.notifications.letters.letter import Letter
from app.notifications.models import MailMessage
from app.review import views
from tests.form_page import token_in
from tests.integration.review.conftest import SIGNER, Decide, Press, confirm
from tests.integration.review.test_offer import CHANGE, TAKE_BACK, types_in


@pytest.mark.parametrize("fields", [CHANGE, TAKE_BACK])
def test_what_the_client_has_agreed_to_stays_and_the_desk_says_why(
    desk: FlaskClient,
    offered: Application,
    engagement: Engagement,
    decide: Decide,
    agree: Callable[[], None],
    session: Session,
    fields: dict[str, str],
) -> None:
    agree()
    late = decide(desk, offered, **fields, confirmed="yes")
    assert late.status_code == 409
    assert (
        "The client has agreed" in late.text
        and f"Agreed by {SIGNER}; deposit of $6,250 due" in late.text
    )
    assert fields["message"] in late.text and "Nothing you wrote was sent." in late.text
    page = desk.get(f"/staff/applications/{offered.id}").text
    assert "The client has agreed, so the offer can’t be changed or taken back." in page
    assert 'name="verdict"' not in page
    session.refresh(engagement)
    assert (engagement.status, engagement.total_cents) == ("accepted", 1_250_000)
    assert types_in(session, "application", offered)[-1] == "application.accepted"


def test_a_client_who_agrees_while_the_reviewer_presses_send_has_a_contract(
    desk: FlaskClient,
    offered: Application,
    decide: Decide,
    agree: Callable[[], None],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preview, write = decide(desk, offered, **CHANGE), decision.decision_letter

    def agree_meanwhile(*given: Any, **named: Any) -> Letter:
        agree()
        return write(*given, **named)

    monkeypatch.setattr(views, "decision_letter", agree_meanwhile)
    late = decide(desk, offered, **CHANGE, confirmed=confirm(preview))
    assert late.status_code == 409 and "The client has agreed" in late.text
    assert CHANGE["message"] in late.text
    assert types_in(session, "application", offered)[-1] == "application.accepted"


def test_the_second_of_two_reviewers_sees_what_the_first_did_and_keeps_what_they_typed(
    desk: FlaskClient,
    other_desk: FlaskClient,
    offered: Application,
    decide: Decide,
    decide_and_send: Decide,
    session: Session,
) -> None:
    assert decide_and_send(other_desk, offered, **CHANGE).status_code == 303
    mine = {**CHANGE, "price": "13,000", "message": "My own text"}
    late = decide(desk, offered, **mine, confirmed="yes")
    assert late.status_code == 409
    assert "Offer changed to a Sprint at $11,000" in late.text and "Grace Hopper" in late.text
    assert "My own text</textarea>" in late.text and 'value="13,000"' in late.text
    assert re.search(r'<input checked[^>]*value="change"', late.text)
    assert types_in(session, "application", offered).count("application.offer_changed") == 1


def test_who_accepts_what_was_just_accepted_may_change_that_instead(
    desk: FlaskClient,
    other_desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
) -> None:
    decide_and_send(other_desk, proposed, verdict="accept", kind="sprint", price="12,500")
    mine = {"verdict": "accept", "kind": "sprint", "price": "13,000", "message": "My own text"}
    late = decide(desk, proposed, **mine)
    assert late.status_code == 409 and "Somebody got there first" in late.text
    assert "My own text</textarea>" in late.text and 'value="13,000"' in late.text
    assert 'value="take_back"' in late.text and 'value="accept"' not in late.text


@pytest.mark.parametrize("fields", [CHANGE, TAKE_BACK])
def test_a_double_click_is_recorded_once_and_is_not_a_conflict(
    desk: FlaskClient,
    offered: Application,
    decide: Decide,
    decide_and_send: Decide,
    session: Session,
    fields: dict[str, str],
) -> None:
    seen = {"version": str(offered.version)}
    assert decide_and_send(desk, offered, **fields, **seen).status_code == 303
    assert decide(desk, offered, **fields, **seen, confirmed="the same").status_code == 303
    decided = [one for one in types_in(session, "application", offered) if "offer" in one]
    assert len(decided) == 1


def test_terms_that_were_replaced_since_are_not_sent_again_from_an_old_page_without_a_word(
    desk: FlaskClient,
    offered: Application,
    decide: Decide,
    decide_and_send: Decide,
    session: Session,
) -> None:
    seen = {"version": str(offered.version)}
    decide_and_send(desk, offered, **CHANGE, **seen)
    session.refresh(offered)
    decide_and_send(desk, offered, **{**CHANGE, "price": "13,000"})
    late = decide(desk, offered, **CHANGE, **seen, confirmed="the same")
    assert late.status_code == 409 and "Offer changed to a Sprint at $13,000" in late.text
    decided = [one for one in types_in(session, "application", offered) if "offer" in one]
    assert len(decided) == 2


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({**CHANGE, "message": ""}, 422, "Write what has changed."),
        ({**TAKE_BACK, "message": " "}, 422, "Write why."),
        ({**CHANGE, "price": "9,999"}, 422, "costs at least $10,000."),
        ({**CHANGE, "price": ""}, 422, "That is what is on offer now."),
        ({**CHANGE, "price": "12,500.00"}, 422, "That is what is on offer now."),
        ({"verdict": "accept", "kind": "sprint", "price": "11,000"}, 409, "has changed since"),
        ({**CHANGE, "csrf_token": "old"}, 400, "open for too long"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    desk: FlaskClient,
    offered: Application,
    decide: Decide,
    session: Session,
    fields: dict[str, str],
    code: int,
    sentence: str,
) -> None:
    before = types_in(session, "application", offered)
    answer = decide(desk, offered, **fields, confirmed="yes")
    assert answer.status_code == code and sentence in answer.text
    assert (
        fields.get("message", "").strip() in answer.text
        and 'class="on-screen" open>' in answer.text
    )
    assert types_in(session, "application", offered) == before


@pytest.mark.parametrize("fields", [CHANGE, TAKE_BACK])
def test_an_application_that_is_not_accepted_has_no_offer_to_change(
    desk: FlaskClient, proposed: Application, decide: Decide, fields: dict[str, str]
) -> None:
    assert 'value="take_back"' not in desk.get(f"/staff/applications/{proposed.id}").text
    assert decide(desk, proposed, **fields, confirmed="yes").status_code == 409


def test_a_message_that_arrives_meanwhile_is_read_before_the_offer_is_taken_back(
    desk: FlaskClient,
    offered: Application,
    press: Press,
    session: Session,
) -> None:
    page = desk.get(f"/staff/applications/{offered.id}")
    write_as_prospect(session, offered.id, "May we begin in March?", form_id="a")
    session.commit()
    refused = press(page, "decision", **TAKE_BACK)
    assert refused.status_code == 409 and "Somebody has written since" in refused.text
    assert (
        "May we begin in March?" in refused.text and "Our team is ill.</textarea>" in refused.text
    )
    assert press(refused, "decision").status_code == 200  # the preview, now that it was shown


def test_a_refused_mail_with_terms_that_have_changed_since_is_not_sent_again(
    desk: FlaskClient, offered: Application, decide_and_send: Decide, session: Session
) -> None:
    """It was being sent when they changed, and refused only then."""
    mail = session.scalars(select(MailMessage).filter_by(template="accepted")).one()
    session.execute(update(MailMessage).values(status="sending", claimed_at=func.now()))
    session.commit()
    decide_and_send(desk, offered, **CHANGE)
    session.execute(update(MailMessage).values(status="failed"))
    session.commit()
    address = f"/staff/applications/{offered.id}"
    token = token_in(desk.get(address).text)
    desk.post(f"/staff/mail/{mail.id}/resend", data={"csrf_token": token})
    assert "This mail offers terms that no longer hold." in desk.get(address).text
    session.refresh(mail)
    assert mail.status == "failed"
