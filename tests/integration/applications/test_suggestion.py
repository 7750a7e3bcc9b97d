"""Pressing "Apply" on an engagement's page preselects it in the form; another can be chosen."""

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
def test_the_kind_applied_for_is_preselected(prospect: Prospect, kind: str) -> None:
    apply_for(prospect, kind)
    prospect.fill_in("you")
    assert chosen(prospect) == [kind]
    assert checked(prospect.see("outcome"), "preferred_kind") == []


def test_the_kind_is_preselected_whatever_key_the_firm_gave_the_question(app: Flask) -> None:
    step = current_questionnaire().step("engagement")
    renamed = [
        replace(question, key="wanted") if question.key == "preferred_kind" else question
        for question in step.questions
    ]
    with app.test_request_context():
        suggest_kind("build")
        own = replace(step, questions=tuple(renamed))
        assert suggested_answers(own, None) == {"wanted": "build"}


def test_the_kind_applied_for_last_counts(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    apply_for(prospect, "build")
    prospect.client.get("/apply")
    assert chosen(prospect) == ["build"]


def test_another_kind_can_be_chosen_and_pressing_apply_later_does_not_change_it(
    prospect: Prospect,
) -> None:
    apply_for(prospect, "sprint")
    prospect.press("engagement", preferred_kind="not_sure")
    apply_for(prospect, "build")
    assert chosen(prospect) == ["not_sure"]


def test_a_page_saved_without_an_answer_is_not_preselected_again(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    prospect.press("engagement", preferred_kind="")
    assert chosen(prospect) == []


@pytest.mark.parametrize("kind", ["", "not_sure", "<script>", "build,sprint", "\x00"])
def test_an_unknown_kind_is_ignored(prospect: Prospect, kind: str) -> None:
    page = prospect.client.get("/apply", query_string={"kind": kind})
    assert page.status_code == 200
    assert chosen(prospect) == []


def test_a_second_application_does_not_start_with_the_kind_of_the_first(prospect: Prospect) -> None:
    apply_for(prospect, "sprint")
    prospect.fill_in("you", "engagement")
    prospect.press("start-over")
    assert chosen(prospect) == []
    apply_for(prospect, "build")
    assert chosen(prospect) == ["build"]


def test_a_kind_applied_for_before_starting_over_is_preselected_on_the_new_pages(
    prospect: Prospect,
) -> None:
    prospect.fill_in("you", "engagement")
    apply_for(prospect, "build")
    prospect.press("start-over")
    assert chosen(prospect) == ["build"]


def test_sending_and_deleting_a_form_use_up_the_preselection_too(prospect: Prospect) -> None:
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
