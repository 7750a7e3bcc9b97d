"""Sending: once, whatever is clicked twice, and only what the prospect has reviewed."""

import html

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.models import Application, Draft
from app.events.models import StoredEvent
from tests.integration.applications.prospect import Prospect, errors, hidden


def sent(session: Session) -> list[Application]:
    session.rollback()
    return list(session.scalars(select(Application)))


def test_the_review_shows_every_answer_in_words_and_a_way_to_change_it(ready: Prospect) -> None:
    page = html.unescape(ready.see("review"))
    for step in ready.steps[:-1]:
        assert f'aria-label="Change: {step.title}"' in page
        for question in step.questions:
            if question.key not in ready.answers:  # nothing leads to it
                assert question.label not in page
                continue
            labels = {option.value: option.label for option in question.options}
            answer = ready.answers[question.key]
            for one in answer if isinstance(answer, list) else [answer]:
                assert (labels.get(one) or one) in page, question.key


def test_the_review_says_what_happens_next_and_where_to_read_what_is_stored(
    ready: Prospect,
) -> None:
    page = ready.see("review")
    assert "A person answers within one working day. Sending commits you to nothing." in page
    assert 'href="/privacy">What we store, for how long, and how to erase it</a>' in page


def test_sending_leads_to_the_page_with_the_reference(ready: Prospect, session: Session) -> None:
    answer = ready.send()
    application = sent(session)[0]
    assert answer.status_code == 303
    assert answer.location == f"/applications/{application.access_token}"
    assert application.reference in ready.client.get(answer.location).text
    assert application.answers == ready.answers


def test_a_second_click_makes_no_second_application(ready: Prospect, session: Session) -> None:
    page = ready.see("review")
    first, second = ready.send(seen=page), ready.send(seen=page)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(sent(session)) == 1
    submitted = select(func.count()).where(StoredEvent.type == "application.submitted")
    assert session.scalar(submitted) == 1


def test_going_back_and_sending_another_text_changes_nothing_and_shows_that_text(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    ready.send(seen=page)
    again = ready.send(seen=page, anything_else="I <forgot> this")
    assert again.status_code == 409
    assert "This application has been sent" in again.text
    assert "I &lt;forgot&gt; this" in again.text
    assert [application.answers for application in sent(session)] == [ready.answers]


def test_a_page_sent_after_the_application_shows_only_what_differs(ready: Prospect) -> None:
    ready.send()
    late = ready.press("you", name="Another name")
    assert late.status_code == 409
    assert "Another name" in late.text
    assert ready.answers["company"] not in late.text


def test_a_sent_draft_no_longer_opens_any_page(ready: Prospect, session: Session) -> None:
    ready.send()
    token = session.scalars(select(Draft.resume_token)).one()
    for path in ("/apply/you", "/apply/review", f"/apply/resume/{token}"):
        answer = ready.client.get(path, follow_redirects=True)
        assert answer.status_code == 409
        assert "This application has been sent" in answer.text
        assert ready.answers["email"] not in answer.text


def test_the_browser_that_sent_an_application_gets_the_link_to_its_page(ready: Prospect) -> None:
    own = ready.send().location
    sealed = ready.client.get("/apply/you")
    assert sealed.status_code == 409
    assert f'href="{own}"' in sealed.text
    assert ready.client.get(own).status_code == 200


def test_after_one_application_another_can_be_begun(ready: Prospect, session: Session) -> None:
    ready.send()
    start = ready.client.get("/apply").text
    assert "Start over" not in start
    ready.client.post("/apply", data={"csrf_token": hidden(start, "csrf_token")})
    ready.fill_in()
    assert ready.send().status_code == 303
    assert len(sent(session)) == 2


def test_an_application_without_consent_is_not_sent(ready: Prospect, session: Session) -> None:
    answer = ready.send(consent=[], anything_else="Kept")
    assert answer.status_code == 422
    assert errors(answer.text) == {"consent": "Tick the box so that we may store your application."}
    assert "Kept" in answer.text and "Kept" in ready.see("review")
    assert sent(session) == []


def test_an_expired_review_keeps_what_was_typed_and_goes_through_when_sent_again(
    ready: Prospect, session: Session
) -> None:
    answer = ready.send(csrf_token="old", anything_else="My last words")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and "My last words" in answer.text
    assert ready.send(seen=answer.text, anything_else="My last words").status_code == 303
    assert sent(session)[0].answers["anything_else"] == "My last words"


def test_a_review_made_stale_by_another_tab_is_shown_again_before_sending(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    ready.press("you", company="Changed in another tab")
    answer = ready.send(seen=page, anything_else="My last words")
    assert answer.status_code == 409
    assert "the answers have changed" in answer.text
    assert "Changed in another tab" in answer.text and "My last words" in answer.text
    assert "My last words" in ready.see("review")
    assert sent(session) == []
    assert ready.send(seen=answer.text, anything_else="My last words").status_code == 303
    assert sent(session)[0].company == "Changed in another tab"


def test_a_review_made_invalid_by_another_tab_leads_to_the_invalid_page(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    ready.press("you", email="broken")
    answer = ready.send(seen=page, anything_else="My last words")
    assert answer.status_code == 303
    assert ready.client.get(answer.location, follow_redirects=True).request.path == "/apply/you"
    ready.press("you", "back_to_review")
    assert "My last words" in ready.see("review")
    assert sent(session) == []


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "1e3", "²", "9" * 30])
def test_a_version_that_never_existed_sends_nothing(
    ready: Prospect, session: Session, version: str
) -> None:
    assert ready.send(draft_version=version).status_code == 409
    assert sent(session) == []


def test_an_unfinished_application_cannot_be_sent_by_a_handmade_request(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    answer = prospect.send(seen='name="draft_version" value="1"')
    assert answer.location == "/apply/review"
    assert sent(session) == []


def test_changing_a_step_keeps_what_was_typed_on_the_review_and_leads_back_to_it(
    ready: Prospect,
) -> None:
    change = ready.press("review", "go_to", "problem", anything_else="My last words")
    assert change.location == "/apply/problem?back_to_review=yes"
    page = ready.client.get(change.location).text
    assert "Save and go back to the review" in page
    wrong = ready.press("problem", "back_to_review", problem="")
    assert "Save and go back to the review" in wrong.text
    assert ready.press("problem", "back_to_review").location == "/apply/review"
    assert "My last words" in ready.see("review")


def test_text_typed_on_a_review_is_kept_after_its_draft_was_set_aside(
    ready: Prospect, session: Session
) -> None:
    page = ready.see("review")
    ready.press("start-over")
    refused = ready.send(seen=page, anything_else="My last words")
    assert refused.status_code == 409
    assert "My last words" in refused.text
    way = hidden(refused.text, "overwrites")
    ready.press("review", "overwrites", way, seen=refused.text, anything_else="My last words")
    ready.fill_in()
    assert "My last words" in ready.see("review")
    assert sent(session) == []


def test_opening_the_address_that_the_review_posts_to_leads_back_to_the_review(
    ready: Prospect,
) -> None:
    assert ready.client.get("/apply/submit").location == "/apply/review"


def test_a_browser_without_a_draft_sends_nothing(prospect: Prospect, session: Session) -> None:
    answer = prospect.send(seen='name="draft_version" value="1"')
    assert answer.status_code == 303
    assert sent(session) == []
