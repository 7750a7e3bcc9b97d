"""Autosave: what is typed is stored before a button is pressed, and nothing else happens."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.drafts.browser_draft import NAMED_ON
from app.applications.models import Application, Draft
from app.applications.questions.questionnaire import STEP_KEYS
from tests.integration.applications.prospect import Prospect, hidden

NewProspect = Callable[[], Prospect]


class Typist:
    """A step's page that saves by itself as the script does: each save has an id of its own and
    names those before it."""

    def __init__(self, prospect: Prospect, key: str) -> None:
        self.prospect, self.key = prospect, key
        self.page = prospect.see(key)
        self.of_draft = hidden(self.page, "of_draft")
        self.seen = [hidden(self.page, "seen_saves")]
        self.saves = 0

    def save(self, *, hears: bool = True, **typed: Any) -> TestResponse:
        """Send what is typed. A page that doesn't hear the response only knows that it was sent."""
        self.saves += 1
        own = f"{id(self)}n{self.saves}"
        data = {
            "csrf_token": hidden(self.page, "csrf_token"),
            "of_draft": self.of_draft,
            "seen_saves": " ".join(self.seen),
            "save_id": own,
            **typed,
        }
        answer = self.prospect.client.post(f"/apply/{self.key}/autosave", data=data)
        self.seen.append(own)
        if hears and answer.status_code == 200:
            self.seen = [told(answer)["save"]]
            self.of_draft = told(answer)["draft"]
        return answer


def told(answer: TestResponse) -> dict[str, str]:
    """What the response tells the script."""
    [about] = json.loads(answer.headers["HX-Trigger"]).values()
    return dict(about)


def outcome(answer: TestResponse) -> str:
    [event] = json.loads(answer.headers["HX-Trigger"])
    return f"{answer.status_code} {event.removeprefix('autosave:')}"


def drafts(session: Session) -> list[Draft]:
    session.rollback()
    return list(session.scalars(select(Draft)))


@pytest.fixture
def second(prospect: Prospect, new_prospect: NewProspect, session: Session) -> Prospect:
    """The same prospect on another device, by the resume link; the first page is filled in."""
    prospect.fill_in("you")
    other = new_prospect()
    [draft] = drafts(session)
    other.client.get(f"/apply/resume/{draft.resume_token}")
    return other


def test_typed_text_is_saved_without_pressing_a_button(prospect: Prospect) -> None:
    answer = Typist(prospect, "problem").save(problem="Half a sen")
    assert (answer.text.strip(), outcome(answer)) == ("Saved", "200 saved")
    assert "Half a sen" in prospect.see("problem")


def test_nothing_is_marked_as_wrong_while_somebody_is_typing(prospect: Prospect) -> None:
    answer = Typist(prospect, "you").save(email="ada@")
    assert outcome(answer) == "200 saved"
    assert "error" not in answer.text.lower()
    assert "field__error" not in prospect.see("you")


def test_the_first_save_starts_a_single_draft_which_the_browser_keeps_using(
    prospect: Prospect, session: Session
) -> None:
    typist = Typist(prospect, "you")
    begun = typist.save(name="A")
    typist.save(name="Ada")
    [draft] = drafts(session)
    assert told(begun)["draft"] == str(draft.id)
    assert draft.answers == {"name": "Ada"}
    assert "You have already started" in prospect.client.get("/apply").text


def test_a_step_whose_answers_are_not_accepted_is_not_complete(
    prospect: Prospect, session: Session
) -> None:
    typist = Typist(prospect, "you")
    typist.save(name="Ada")
    assert drafts(session)[0].complete_steps == []
    prospect.fill_in("you")
    Typist(prospect, "you").save(**{**prospect.answers, "email": "ada@"})
    assert drafts(session)[0].complete_steps == []
    Typist(prospect, "you").save(**prospect.answers)
    assert drafts(session)[0].complete_steps == ["you"]


def test_autosave_starts_only_a_limited_number_of_drafts(
    prospect: Prospect, session: Session
) -> None:
    outcomes = []
    for _ in range(31):
        prospect.client.delete_cookie("session")
        answer = Typist(prospect, "you").save(name="Ada")
        outcomes.append(outcome(answer))
    assert outcomes == ["200 saved"] * 30 + ["429 refused"]
    assert "will be sent" in answer.text
    assert len(drafts(session)) == 30


def test_an_expired_page_stores_nothing_and_gets_a_token_to_try_again(
    prospect: Prospect, session: Session
) -> None:
    typist = Typist(prospect, "you")
    prospect.client.delete_cookie("session")
    refused = typist.save(name="Ada")
    assert outcome(refused) == "400 expired"
    assert drafts(session) == []
    assert 'hx-swap-oob="innerHTML:#csrf"' in refused.text
    typist.page = refused.text
    assert outcome(typist.save(name="Ada")) == "200 saved"


def test_the_first_save_of_each_day_renews_the_drafts_cookie(
    prospect: Prospect,
) -> None:
    typist = Typist(prospect, "you")
    assert "Set-Cookie" in typist.save(name="A").headers
    assert "Set-Cookie" not in typist.save(name="Ad").headers
    with prospect.client.session_transaction() as session:
        session[NAMED_ON] = "2026-01-01"
    assert "Set-Cookie" in typist.save(name="Ada").headers


def test_after_the_application_is_sent_nothing_is_saved(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    typist = Typist(prospect, "problem")
    prospect.send()
    answer = typist.save(problem="One more thing")
    assert outcome(answer) == "409 sealed"
    assert "has been sent" in answer.text
    assert drafts(session)[0].answers["problem"] == prospect.answers["problem"]


@pytest.mark.parametrize("field", ["seen_saves", "save_id", "overwrites"])
@pytest.mark.parametrize("value", ["\x00", "\ud800", "💥", "a" * 10_000, "../x", "A B"])
def test_a_malformed_save_id_does_not_break_a_save(
    prospect: Prospect, session: Session, field: str, value: str
) -> None:
    typed: dict[str, Any] = {field: value.encode("utf-8", "surrogatepass")}
    assert outcome(Typist(prospect, "problem").save(problem="Text", **typed)) == "200 saved"
    [last] = drafts(session)[0].step_saves.values()
    assert last.isalnum() and last.isascii() and len(last) <= 32


def test_an_unknown_step_is_not_found(prospect: Prospect) -> None:
    typist = Typist(prospect, "you")
    typist.key = "nothing"
    assert typist.save(name="Ada").status_code == 404


def test_one_page_may_save_as_often_as_it_likes_even_if_responses_get_lost(
    prospect: Prospect,
) -> None:
    typist = Typist(prospect, "problem")
    for count in range(40):
        answer = typist.save(hears=count % 3 == 0, problem="word " * count)
        assert outcome(answer) == "200 saved"


def test_a_save_that_arrives_late_does_not_replace_what_was_typed_after_it(
    prospect: Prospect,
) -> None:
    typist = Typist(prospect, "problem")
    typist.save(problem="First")
    before = list(typist.seen)
    typist.save(problem="First, second")
    typist.seen = before
    assert outcome(typist.save(problem="First, sec")) == "409 conflict"
    assert "First, second" in prospect.see("problem")


def test_two_pages_of_different_steps_do_not_conflict(prospect: Prospect) -> None:
    typists = [Typist(prospect, "problem"), Typist(prospect, "outcome")]
    for text in ("a", "b"):
        assert outcome(typists[0].save(problem=text)) == "200 saved"
        assert outcome(typists[1].save(success=text)) == "200 saved"


def test_a_page_that_has_not_seen_the_last_save_overwrites_nothing(
    prospect: Prospect, second: Prospect, session: Session
) -> None:
    here, there = Typist(prospect, "problem"), Typist(second, "problem")
    here.save(problem="Typed <here>", symptoms=["silent"])
    answer = there.save(problem="Typed there", symptoms=["silent"])
    assert outcome(answer) == "409 conflict"
    assert answer.headers["HX-Retarget"] == "#autosave-notice"
    assert "Typed &lt;here&gt;" in answer.text
    assert "symptoms" not in answer.text
    drafted = next(draft for draft in drafts(session) if "problem" in draft.answers)
    assert drafted.answers["problem"] == "Typed <here>"


def test_without_this_guard_the_other_text_would_be_gone(
    prospect: Prospect, second: Prospect
) -> None:
    """The control: the page pretends to have seen the last save."""
    here, there = Typist(prospect, "problem"), Typist(second, "problem")
    here.save(problem="Typed here")
    there.seen = here.seen
    assert outcome(there.save(problem="Typed there")) == "200 saved"
    assert "Typed here" not in prospect.see("problem")


def test_two_pages_with_the_same_text_do_not_conflict(prospect: Prospect, second: Prospect) -> None:
    here, there = Typist(prospect, "problem"), Typist(second, "problem")
    here.save(problem="The same")
    assert outcome(there.save(problem="The same")) == "200 saved"
    assert outcome(there.save(problem="The same, and more")) == "200 saved"
    assert outcome(here.save(problem="Something else")) == "409 conflict"


def test_pressing_continue_shows_both_conflicting_texts_and_lets_one_be_chosen(
    prospect: Prospect, second: Prospect
) -> None:
    page = second.see("problem")
    prospect.press("problem", problem="Typed here")
    answer = second.press("problem", seen=page, problem="Typed there")
    text = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "Typed here</dd>" in text and "Typed there</textarea>" in text
    again = second.press("problem", seen=answer.text, problem="Typed there")
    assert again.status_code == 409

    last = hidden(answer.text, "overwrites")
    kept = second.press("problem", "overwrites", last, seen=answer.text, problem="Both texts")
    assert kept.location == "/apply/problem"
    assert "What was in the fields is kept." in second.see("problem")
    assert "Both texts" in prospect.see("problem")


def test_a_choice_overwrites_only_what_was_shown(prospect: Prospect, second: Prospect) -> None:
    page = second.see("problem")
    prospect.press("problem", problem="First")
    shown = second.press("problem", seen=page, problem="Typed there").text
    prospect.press("problem", problem="Second")
    last = hidden(shown, "overwrites")
    answer = second.press("problem", "overwrites", last, seen=shown, problem="Typed there")
    assert answer.status_code == 409
    assert "Second</dd>" in answer.text


def test_without_a_script_going_back_and_sending_again_causes_no_conflict(
    prospect: Prospect,
) -> None:
    page = prospect.see("problem")
    for text in ("First", "Second"):
        assert prospect.press("problem", seen=page, problem=text).status_code == 303
    assert "Second" in prospect.see("problem")


def test_answers_stored_before_save_ids_existed_are_protected_too(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    [draft] = drafts(session)
    draft.step_saves = {}
    session.commit()
    other = prospect.press("you", seen='name="seen_saves" value="1f"', name="Somebody")
    assert other.status_code == 409
    chosen = prospect.press("you", "overwrites", "0", seen=other.text, name="Somebody")
    assert chosen.status_code == 303
    draft.step_saves = {}
    session.commit()
    typist = Typist(prospect, "you")
    typist.seen.append("neverarrived")
    assert outcome(typist.save(name="Somebody else")) == "200 saved"


def test_text_typed_on_the_review_is_saved_and_does_not_make_the_review_stale(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    typist = Typist(prospect, STEP_KEYS[-1])
    typist.save(hears=False, anything_else="My last")
    assert "My last" in prospect.see("review")
    sent = prospect.send(
        seen=typist.page, seen_saves=" ".join(typist.seen), anything_else="My last words"
    )
    assert sent.status_code == 303
    assert session.scalars(select(Application)).one().answers["anything_else"] == "My last words"


def test_text_typed_on_another_review_page_is_shown_before_sending(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    page = prospect.see("review")
    Typist(prospect, "review").save(anything_else="Typed elsewhere")
    answer = prospect.send(seen=page, anything_else="Typed here")
    assert answer.status_code == 409
    assert "Typed elsewhere</dd>" in answer.text and "Typed here</textarea>" in answer.text
    assert session.scalar(select(func.count()).select_from(Application)) == 0
    last = hidden(answer.text, "overwrites")
    prospect.press("review", "overwrites", last, seen=answer.text, anything_else="Typed here")
    assert prospect.send(anything_else="Typed here").status_code == 303


def test_a_draft_that_another_tab_has_since_opened_is_not_overwritten(
    prospect: Prospect, new_prospect: NewProspect, session: Session
) -> None:
    prospect.fill_in("you")
    [draft] = drafts(session)
    other = new_prospect()
    other.press("you", name="Somebody else")
    tab = Typist(other, "you")
    other.go_on_with(draft)
    assert outcome(tab.save(name="Somebody else's")) == "409 conflict"
