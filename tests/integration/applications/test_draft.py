"""A draft: whatever happens between the first page and the last, nothing of it is lost."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.notifications.models import MailMessage
from tests.integration.applications.prospect import Prospect, builds_on, errors, hidden

NewProspect = Callable[[], Prospect]


def ask_for_link(prospect: Prospect, **typed: str) -> TestResponse:
    """Press the button on the second page, and follow as a browser does: 307 repeats the POST."""
    saved = prospect.press("system", "mail_link", **typed)
    assert saved.status_code == 307
    token = hidden(prospect.client.get("/apply").text, "csrf_token")
    data = {"csrf_token": token}
    return prospect.client.post(saved.location, data=data, follow_redirects=True)


def path_in_mail(session: Session) -> str:
    """The address in the last mail, as its recipient clicks it."""
    session.rollback()
    mail = session.scalars(select(MailMessage).order_by(MailMessage.created_at.desc())).first()
    assert mail
    found = re.search(r"http://[^/]+(/\S+)", mail.text)
    assert found
    return found[1]


def test_the_start_page_says_what_applying_takes(prospect: Prospect) -> None:
    page = prospect.client.get("/apply").text
    for step in prospect.steps:
        assert step.title in page
    assert "Apply in 10 minutes" in page and "within one working day" in page.lower()


def test_text_runs_in_the_direction_of_its_script_and_addresses_from_left_to_right(
    prospect: Prospect,
) -> None:
    pages = prospect.see("you") + prospect.see("problem")
    typed = re.compile(r'<(?:input|textarea) [^>]*class="input"[^>]* name="([a-z]+)"[^>]*>')
    fields = {field[1]: field[0] for field in typed.finditer(pages)}
    of_either_way = {name for name, field in fields.items() if 'dir="auto"' in field}
    assert of_either_way == {"name", "company", "problem", "tried"}
    assert fields.keys() - of_either_way == {"email", "website"}


def test_looking_around_stores_nothing(prospect: Prospect, session: Session) -> None:
    for path in ("/apply", "/apply/you", "/apply/problem", "/apply/review"):
        prospect.client.get(path)
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_each_page_says_how_long_it_takes_and_how_many_of_the_ten_minutes_are_left(
    prospect: Prospect,
) -> None:
    left = 10
    for number, step in enumerate(prospect.steps[:-1], 1):
        page = prospect.see(step.key)
        assert f"Step {number} of 6" in page
        assert f"takes about {step.minutes} minute" in page
        assert f"About {left} minute" in page
        left -= step.minutes


def test_each_question_says_why_it_is_asked_and_each_option_what_it_means(
    prospect: Prospect,
) -> None:
    for step in prospect.steps[:-1]:
        page = html.unescape(prospect.see(step.key))
        for question in step.questions:
            assert question.label in page and question.reason in page
            for option in question.options:
                assert option.label in page and option.hint in page


def test_a_reopened_page_shows_what_was_entered(prospect: Prospect) -> None:
    prospect.fill_in()
    for step in prospect.steps[:-1]:
        page = html.unescape(prospect.see(step.key))
        for question in step.questions:
            answer = prospect.answers.get(question.key, [])
            for one in answer if isinstance(answer, list) else [answer]:
                assert one in page, question.key
    assert checked(prospect.see("problem"), "symptoms") == prospect.answers["symptoms"]


def test_a_text_that_begins_with_a_list_keeps_the_indent_of_its_first_line(
    prospect: Prospect, session: Session
) -> None:
    listed = "  * orders are lost\n  * and doubled, by the dozen"
    prospect.fill_in("you", "system")
    prospect.press("problem", problem=f"\n \n{listed} \n\n")
    assert session.scalars(select(Draft)).one().answers["problem"] == listed
    assert f">\n{listed}</textarea>" in prospect.see("problem").replace("\r\n", "\n")


def test_one_prospects_choices_and_omissions_never_show_on_anothers_page(
    prospect: Prospect, new_prospect: NewProspect
) -> None:
    other, third = new_prospect(), new_prospect()
    prospect.press("system", engineers="6_to_20", brokers=["kafka", "rabbitmq"])
    assert "field__error" in third.press("system", engineers="", brokers=[]).text
    other.press("system", engineers="21_to_60", brokers=["rabbitmq"])
    assert checked(prospect.see("system"), "engineers") == ["6_to_20"]
    assert checked(prospect.see("system"), "brokers") == ["kafka", "rabbitmq"]
    assert checked(other.see("system"), "engineers") == ["21_to_60"]
    assert checked(other.see("system"), "brokers") == ["rabbitmq"]
    assert checked(third.see("system"), "engineers") == []
    assert "field__error" not in third.see("system")


def test_the_back_button_keeps_a_half_finished_page(prospect: Prospect) -> None:
    prospect.fill_in("you", "system")
    back = prospect.press("problem", "go_to", "system", problem="Only begun", symptoms=[])
    assert back.location == "/apply/system"
    assert "Only begun" in prospect.see("problem")


def test_an_answer_can_be_removed(prospect: Prospect) -> None:
    prospect.fill_in("problem")
    prospect.press("problem", tried="")
    assert prospect.answers["tried"] not in html.unescape(prospect.see("problem"))


def test_two_tabs_on_two_steps_both_keep_their_answers(prospect: Prospect) -> None:
    prospect.press("you", name="From the first tab")
    prospect.press("outcome", success="From the second tab")
    prospect.press("you", name="From the first tab again")
    assert "From the second tab" in prospect.see("outcome")
    assert "From the first tab again" in prospect.see("you")


def test_the_start_page_leads_back_to_the_first_unfinished_page(prospect: Prospect) -> None:
    prospect.fill_in("you", "problem")
    page = prospect.client.get("/apply").text
    assert 'href="/apply/system"' in page and "Start over" in page


def test_the_review_leads_to_the_missing_step(prospect: Prospect) -> None:
    prospect.fill_in("you", "system", "problem", "engagement")
    page = prospect.client.get("/apply/review", follow_redirects=True)
    assert page.request.path == "/apply/outcome"
    assert "One step is not finished yet: The outcome you want." in page.text


def test_the_review_names_every_missing_step_and_leads_to_the_first(prospect: Prospect) -> None:
    prospect.fill_in("you", "problem")
    page = prospect.client.get("/apply/review", follow_redirects=True)
    assert page.request.path == "/apply/system"
    titles = "The system today; The outcome you want; The engagement"
    assert f"3 steps are not finished yet: {titles}. This is the first of them." in page.text


def test_before_anything_is_entered_the_review_leads_to_the_first_page(prospect: Prospect) -> None:
    page = prospect.client.get("/apply/review", follow_redirects=True)
    assert page.request.path == "/apply/you"
    assert "5 steps are not finished yet: You and your company;" in page.text


def test_the_link_in_the_mail_opens_the_draft_in_another_browser(
    prospect: Prospect,
    new_prospect: NewProspect,
    handle_events: Callable[[], None],
    session: Session,
) -> None:
    prospect.fill_in("you")
    page = ask_for_link(prospect, engineers="")
    assert f"on its way to {prospect.answers['email']}" in page.text
    handle_events()
    other = new_prospect()
    opened = other.client.get(path_in_mail(session), follow_redirects=True)
    assert opened.request.path == "/apply/system"
    assert re.search(r'<input checked[^>]*value="6_to_20"', opened.text)
    assert other.answers["name"] in other.see("you")


def test_without_an_address_no_link_is_promised(prospect: Prospect) -> None:
    page = ask_for_link(prospect)
    assert page.request.path == "/apply/system"
    assert "No link has been sent: first finish “You and your company”" in page.text


@pytest.mark.parametrize("way", ["/apply/you", "/apply/you?back_to_review=yes"])
def test_an_invalid_address_is_reported_at_its_field_when_a_link_is_to_be_mailed(
    prospect: Prospect, session: Session, way: str
) -> None:
    page = prospect.client.get(way).text
    data = {**prospect.answers, "email": "ada@", "mail_link": "yes"}
    token = {"csrf_token": hidden(page, "csrf_token")}
    refused = prospect.client.post(way, data={**data, **token})
    assert refused.status_code == 422
    assert errors(refused.text) == {"email": "Enter an address like name@company.com."}
    assert 'value="ada@"' in refused.text and 'value="ada@"' in prospect.see("you")
    assert ("go back to the review" in refused.text) == ("back_to_review" in way)
    assert session.scalar(select(func.count()).select_from(MailMessage)) == 0


def test_a_link_can_be_mailed_from_any_page_without_leaving_it(prospect: Prospect) -> None:
    prospect.fill_in("you")
    for way in ("/apply/engagement", "/apply/engagement?back_to_review=yes"):
        page = prospect.client.get(way).text
        data = {"csrf_token": hidden(page, "csrf_token"), **builds_on(page), "mail_link": "yes"}
        saved = prospect.client.post(way, data=data)
        mailed = prospect.client.post(saved.location, data=data)
        assert mailed.location == way
        assert "on its way to" in prospect.client.get(way).text
    assert f'formaction="{way}"' in html.unescape(page)


def test_a_browser_that_lost_its_cookie_starts_a_new_draft_with_what_it_sends(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you")
    prospect.client.delete_cookie("session")
    prospect.fill_in("problem")
    assert session.scalar(select(func.count()).select_from(Draft)) == 2
    assert "between eleven ports" in prospect.see("problem")


@pytest.mark.parametrize(
    "token", ["nothing", "%00", "a%00b", "%ED%A0%80", "💥", "../x", "a" * 5000]
)
def test_all_unknown_links_get_the_same_answer(prospect: Prospect, token: str) -> None:
    others = [prospect.client.get(f"/apply/resume/{other}") for other in ("", "another")]
    answer = prospect.client.get(f"/apply/resume/{token}")
    assert {answer.status_code, *(other.status_code for other in others)} == {404}
    assert answer.data in [other.data for other in others]


@pytest.mark.parametrize("path", ["/apply/nothing", "/apply/Review", "/apply/you/x"])
def test_an_unknown_page_is_not_found(prospect: Prospect, path: str) -> None:
    assert prospect.client.get(path).status_code == 404


def test_a_button_that_names_an_unknown_page_does_not_crash(prospect: Prospect) -> None:
    assert prospect.press("you", "go_to", "https://elsewhere.example/").status_code == 404


def test_search_engines_are_asked_to_index_no_page_of_the_form(prospect: Prospect) -> None:
    prospect.fill_in()
    for key in [step.key for step in current_questionnaire().steps]:
        assert '<meta name="robots" content="noindex">' in prospect.see(key)


def checked(page: str, name: str) -> list[str]:
    """The options of that question that the page shows as chosen."""
    return re.findall(rf'<input checked[^>]*name="{name}"[^>]*value="(\w+)"', page)
