"""Whoever presses "Apply" on the page of an engagement finds it chosen, and can choose another."""

import pytest
from flask import Flask
from msgspec.structs import replace

from app.applications.drafts.suggestion import suggest_kind, suggested_answers
from app.applications.questions.questionnaire import current_questionnaire
from tests.integration.applications.prospect import Prospect, hidden
from tests.integration.applications.test_draft import checked


def apply_for(prospect: Prospect, kind: str) -> None:
    """Press the button on that engagement's page."""
    address = f"/apply?kind={kind}"
    offer = prospect.client.get(f"/engagements/{kind}").text
    assert offer.count(f'href="{address}"') == 2
    assert prospect.client.get(address).status_code == 200


def chosen(prospect: Prospect) -> list[str]:
    return checked(prospect.see("engagement"), "preferred_kind")


@pytest.mark.parametrize("kind", ["sprint", "build", "fractional"])
def test_the_kind_that_was_applied_for_is_chosen_beforehand(prospect: Prospect, kind: str) -> None:
    apply_for(prospect, kind)
    prospect.fill_in("you")
    assert chosen(prospect) == [kind]
    assert checked(prospect.see("outcome"), "preferred_kind") == []


def test_it_is_chosen_whatever_the_firm_has_called_the_question(app: Flask) -> None:
    step = current_questionnaire().step("engagement")
    renamed = [
        replace(question, key="wanted") if question.key == "preferred_kind" else question
        for question in step.questions
    ]
    with app.test_request_context():
        suggest_kind("build")
        own = replace(step, questions=tuple(renamed))
        assert suggested_answers(own, None) == {"wanted": "build"}


def test_the_last_kind_that_was_applied_for_counts(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    apply_for(prospect, "build")
    prospect.client.get("/apply")
    assert chosen(prospect) == ["build"]


def test_another_kind_can_be_chosen_and_no_later_press_changes_it(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    prospect.press("engagement", preferred_kind="not_sure")
    apply_for(prospect, "build")
    assert chosen(prospect) == ["not_sure"]


def test_a_page_that_was_saved_without_the_answer_stays_without(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    prospect.press("engagement", preferred_kind="")
    assert chosen(prospect) == []


@pytest.mark.parametrize("kind", ["", "not_sure", "<script>", "build,sprint", "\x00"])
def test_what_is_no_kind_is_passed_over(prospect: Prospect, kind: str) -> None:
    page = prospect.client.get("/apply", query_string={"kind": kind})
    assert page.status_code == 200
    assert chosen(prospect) == []


def test_a_second_application_begins_without_what_the_first_was_for(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    prospect.fill_in("you", "engagement")
    prospect.press("start-over")
    assert chosen(prospect) == []
    apply_for(prospect, "build")
    assert chosen(prospect) == ["build"]


def test_what_was_pressed_before_starting_over_counts_for_the_new_pages(prospect: Prospect) -> None:
    prospect.fill_in("you", "engagement")
    apply_for(prospect, "build")
    prospect.press("start-over")
    assert chosen(prospect) == ["build"]


def test_sending_and_deleting_use_it_up_too(prospect: Prospect) -> None:
    prospect.fill_in()
    apply_for(prospect, "build")
    assert prospect.send().status_code == 303
    start = prospect.client.get("/apply").text
    prospect.client.post("/apply", data={"csrf_token": hidden(start, "csrf_token")})
    assert chosen(prospect) == []
    apply_for(prospect, "build")
    prospect.fill_in("you")
    assert prospect.press("delete").status_code == 303
    assert chosen(prospect) == []
