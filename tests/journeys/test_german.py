"""A prospect whose browser prefers German: the form on a phone, the mail, and the page it opens."""

import re

from playwright.sync_api import Page, expect

from app.applications.questions.answers import Answers
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Step
from app.platform.languages.catalogs import read_texts
from app.platform.languages.prose import map_prose
from config import ROOT
from tests.demo_applications import APPLICATIONS
from tests.german import english_left_in
from tests.journeys.conftest import Visit
from tests.journeys.prospect import (
    answer,
    mails_to,
    someone,
    text_of,
)
from tests.site import Site

ANSWERS = APPLICATIONS[1]
GERMAN = "de-DE"
TEXTS = read_texts(ROOT / "content/translations", "de")
STEPS = map_prose(load_questionnaire(ROOT / "content/questions.toml"), TEXTS.gettext).steps
OWN_PAGE = re.compile(r"/applications/[\w-]+$")
LINK = re.compile(r"http\S+/applications/\S+")
REFERENCE = re.compile(r"CE-[0-9A-Z]{4}-[0-9A-Z]{4}")


def test_a_prospect_applies_in_german_on_a_phone_and_opens_their_page_from_the_mail(
    visit: Visit, site: Site
) -> None:
    email, company = someone("Larkspur Pay")
    answers = {**ANSWERS, "email": email, "company": company}
    page = visit(390, locale=GERMAN)

    page.goto("/")
    page.get_by_role("link", name="In 10 Minuten anfragen").click()
    page.get_by_role("button", name="Beginnen").click()
    send_the_first_step_empty(page)
    for number, step in enumerate(STEPS[:-1], start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(step.title)
        expect(page.get_by_text(f"Schritt {number} von 6")).to_be_visible()
        fill_in(page, step, answers)
        assert english_left_in(page.content()) == []
        page.get_by_role("button", name="Weiter").click()
    expect(page.locator("#outlook")).to_contain_text("nach unserer Preisliste")
    assert english_left_in(page.content()) == []
    page.get_by_role("checkbox", name=consent()).check()
    page.get_by_role("button", name="Anfrage absenden").click()

    expect(page).to_have_url(OWN_PAGE)
    expect(page.locator("main header b")).to_have_text(REFERENCE)
    assert page.locator("html").get_attribute("lang") == "de"
    assert english_left_in(page.content()) == []
    open_from_the_mail(visit, site, email)


def send_the_first_step_empty(page: Page) -> None:
    """Send the step empty, and follow the error's link to its field."""
    page.get_by_role("button", name="Weiter").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Antworten noch einmal")
    wanted = STEPS[0].questions[0]
    summary.get_by_role("link", name=wanted.when_empty).click()
    expect(page.get_by_label(wanted.label)).to_be_focused()
    expect(page.get_by_label(wanted.label)).to_have_accessible_description(
        re.compile(f"Fehler: {wanted.when_empty}")
    )


def fill_in(page: Page, step: Step, answers: Answers) -> None:
    for question in step.questions:
        given = answers.get(question.key)
        if given and question.options:
            answer(page, question, given)
        elif given:
            label = question.label if question.required else f"{question.label} (freiwillig)"
            page.get_by_label(label, exact=True).fill(str(given).strip())


def consent() -> str:
    [question] = [one for one in STEPS[-1].questions if one.key == "consent"]
    return question.options[0].label


def open_from_the_mail(visit: Visit, site: Site, email: str) -> None:
    """The link opens the German page even on a device whose browser prefers English."""
    [mail] = mails_to(site, email)
    assert english_left_in(text_of(mail)) == []
    link = LINK.search(text_of(mail))
    assert link
    desk = visit(1440, locale="en-US")
    desk.goto(link[0])
    expect(desk.locator("main header b")).to_have_text(REFERENCE)
    assert desk.locator("html").get_attribute("lang") == "de"
    assert english_left_in(desk.content()) == []
    desk.get_by_role("link", name="English").click()
    expect(desk.locator("html")).to_have_attribute("lang", "en")


def test_the_language_can_be_switched_in_the_middle_of_a_form(visit: Visit) -> None:
    page = visit(390)
    page.goto("/apply/problem")
    typed = page.locator("[name=problem]")
    typed.fill("Orders are charged twice.")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Das Problem")
    expect(typed).to_have_value("Orders are charged twice.")
    typed.press_sequentially(" Every week.")
    expect(page.get_by_text("Gespeichert", exact=True)).to_be_visible()


def test_long_words_are_divided_on_a_phone_with_text_at_twice_its_size_and_not_otherwise(
    visit: Visit,
) -> None:
    page = visit(390, locale=GERMAN)
    page.goto("/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_css("hyphens", "manual")
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    expect(heading).to_have_css("hyphens", "auto")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(heading).to_have_css("hyphens", "manual")
