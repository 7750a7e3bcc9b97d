"""An error is shown beside its answer and in the summary, and nothing typed is lost."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.models import Draft
from tests.integration.applications.prospect import Prospect, errors

ZALGO = "Z" + "\u0301" * 40
TAKES_THE_FOCUS = 'role="alert" tabindex="-1" autofocus'


def test_sending_an_empty_page_names_every_required_question(prospect: Prospect) -> None:
    prospect.answers = {}
    for step in prospect.steps[:-1]:
        answer = prospect.press(step.key)
        assert answer.status_code == 422
        assert "<title>Error: " in answer.text
        required = [q for q in step.questions if q.required and not q.when]
        assert errors(answer.text) == {q.key: q.when_empty for q in required}


def test_the_rest_of_a_page_with_an_error_is_kept(prospect: Prospect) -> None:
    answer = prospect.press("you", email="not an address")
    assert errors(answer.text) == {"email": "Enter an address like name@company.com."}
    for page in (answer.text, prospect.see("you")):
        assert 'value="not an address"' in page
        assert f'value="{prospect.answers["company"]}"' in page


@pytest.mark.parametrize(
    ("step", "key", "typed", "sentence"),
    [
        ("you", "name", "a\x00b", "can’t be stored"),
        ("you", "name", "a\x07b", "can’t be stored"),
        ("you", "name", "Ada\r\nBcc: all@client.example", "can’t be stored"),
        ("you", "name", ZALGO, "too many accents"),
        ("you", "name", "Z" + "\u0489" * 40, "too many accents"),
        ("you", "name", "n" * 101, "100 characters or fewer"),
        ("you", "email", "ada@client.example\nBcc: all@client.example", "can’t be stored"),
        ("you", "email", "ada@client.example, bob@client.example", "like name@company.com"),
        ("you", "email", "a" * 300 + "@client.example", "254 characters or fewer"),
        (
            "you",
            "email",
            "jörg@client.example",
            "can’t send to an address with letters such as ö before the @",
        ),
        ("you", "website", "javascript:alert(1)", "like https://company.com"),
        ("you", "website", "https://nobody@client.example", "like https://company.com"),
        ("you", "website", "javascript:alert(document.cookie)", "like https://company.com"),
        ("you", "website", "nobody@client.example", "like https://company.com"),
        ("you", "website", "ftp://client.example", "like https://company.com"),
        ("you", "website", "client", "like https://company.com"),
        ("you", "website", "https://client", "like https://company.com"),
        ("you", "role", "emperor", "Choose from the answers shown."),
        ("you", "role", "\x00", "Choose from the answers shown."),
        ("system", "brokers", ["kafka", "carrier_pigeon"], "Choose from the answers shown."),
        ("system", "brokers", ["\x00", "kafka"], "Choose from the answers shown."),
        ("system", "brokers", ["none", "kafka"], "either “None” or the others"),
        ("problem", "problem", "p" * 20_000, "6,000 characters or fewer. You have 20,000."),
        ("problem", "problem", "a\x00b", "can’t be stored"),
        ("problem", "problem", ZALGO, "too many accents"),
        ("problem", "tried", "one\ntwo", "can’t be stored"),
    ],
)
def test_an_invalid_answer_is_reported_at_its_question(
    prospect: Prospect, step: str, key: str, typed: Any, sentence: str
) -> None:
    answer = prospect.press(step, **{key: typed})
    assert answer.status_code == 422
    assert list(errors(answer.text)) == [key]
    assert sentence in errors(answer.text)[key]
    assert prospect.client.get(f"/apply/{step}").status_code == 200


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" acme.com ", "https://acme.com"),
        ("www.acme.com/about?lang=de", "https://www.acme.com/about?lang=de"),
        ("acme.com:8080/shop", "https://acme.com:8080/shop"),
        ("http://acme.com", "http://acme.com"),
        ("HTTPS://acme.com", "HTTPS://acme.com"),
    ],
)
def test_a_web_address_may_be_typed_without_its_https(
    prospect: Prospect, session: Session, typed: str, address: str
) -> None:
    assert prospect.press("you", website=typed).status_code == 303
    assert session.scalars(select(Draft)).one().answers["website"] == address
    assert f'value="{address}"' in prospect.see("you")


def test_sixty_thousand_characters_are_kept_until_they_are_shortened(prospect: Prospect) -> None:
    prospect.press("problem", problem="p" * 60_000)
    assert "p" * 60_000 in prospect.see("problem")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>{{7*7}}%s'\"&amp;",
        "'; DROP TABLE drafts; --",
        "Ünïcödé 😀 👩‍👩‍👧‍👦 مرحبا שלום 中文",
        "\u202egnirts\u202c \u200b",
        "https://client.example/?a=1&b=<2>",
    ],
)
def test_any_other_text_is_accepted_and_shown_unchanged(prospect: Prospect, typed: str) -> None:
    prospect.fill_in()
    prospect.press("problem", problem=typed, tried=typed)
    for key in ("problem", "review"):
        assert html.unescape(prospect.see(key)).count(typed) >= 2
        assert "<script>alert" not in prospect.see(key)


def test_line_breaks_of_any_system_are_normalised(prospect: Prospect) -> None:
    prospect.fill_in()
    prospect.press("problem", problem=" one\r\n\r\ntwo \r\n")
    assert "one\n\ntwo</dd>" in prospect.see("review")


def test_a_page_with_an_error_can_be_left_and_the_review_leads_back_to_it(
    prospect: Prospect,
) -> None:
    prospect.fill_in()
    prospect.press("you", "go_to", "system", email="broken")
    page = prospect.client.get("/apply/review", follow_redirects=True)
    assert page.request.path == "/apply/you"
    assert 'value="broken"' in page.text


def test_an_expired_page_keeps_what_was_typed_and_stores_nothing(
    prospect: Prospect, session: Session
) -> None:
    for token in ("", "old", "💥"):
        answer = prospect.press("problem", csrf_token=token, problem="My long text")
        assert answer.status_code == 400
        assert "open for too long" in answer.text and "My long text" in answer.text
        assert errors(answer.text) == {}
        assert "<title>Error: " in answer.text and TAKES_THE_FOCUS in answer.text
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_extra_fields_change_nothing(prospect: Prospect, session: Session) -> None:
    prospect.press("you", submitted_at="2020-01-01", version="99", score="100", status="accepted")
    draft = session.scalars(select(Draft)).one()
    assert (draft.version, draft.submitted_at) == (1, None)
    assert set(draft.answers) == {question.key for question in prospect.steps[0].questions}


def test_a_body_over_the_limit_is_refused_and_its_texts_are_given_back(prospect: Prospect) -> None:
    pasted = "Orders are lost. " * 20_000
    refused = prospect.press("problem", problem=pasted)
    assert refused.status_code == 413
    given_back = re.findall(r'<p class="thread__text"[^>]*>([^<]*)</p>', refused.text)
    assert given_back == [pasted, prospect.answers["tried"]]


def test_a_body_too_large_to_give_back_is_refused_too(prospect: Prospect) -> None:
    refused = prospect.press("problem", problem="Orders are lost. " * 200_000)
    assert refused.status_code == 413 and "Go back, shorten what you wrote" in refused.text


def test_the_number_of_new_drafts_is_limited_and_a_refused_visitor_keeps_the_text(
    prospect: Prospect,
) -> None:
    answers = []
    for _ in range(40):
        prospect.client.delete_cookie("session")
        answers.append(prospect.press("you"))
    assert {answer.status_code for answer in answers} == {303, 429}
    last = answers[-1]
    assert "Wait a few minutes" in last.text and prospect.answers["email"] in last.text
    assert "<title>Error: " in last.text and TAKES_THE_FOCUS in last.text


def test_one_browser_may_save_its_draft_as_often_as_it_likes(prospect: Prospect) -> None:
    assert {prospect.press("you").status_code for _ in range(40)} == {303}
