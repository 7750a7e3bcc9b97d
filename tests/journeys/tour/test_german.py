"""The same in German, whose words are longer: axe finds nothing, and nothing scrolls sideways."""

import pytest
from playwright.sync_api import Page, expect

from app.applications.questions.questionnaire import STEP_KEYS
from tests.german import english_left_in
from tests.journeys.axe import faults_of
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.tour.deeds import choose, fill, press
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import CHOSEN, COMPARER, LABS, Stop
from tests.journeys.watch import Watch
from tests.site import Site

GERMAN = "de-DE"
# What another language can change: accessible names and, through longer words, sizes. The tour in
# English covers the rest.
TAGS = ("cat.language", "cat.name-role-value", "cat.text-alternatives", "cat.forms")
ANSWER = (*map(choose, CHOSEN), press("Vergleichen"))
STOP = (choose("5"), press("Jetzt bestellen"), press("Lager anhalten"))
KILL = (choose("200"), press("Ansturm starten"), press("Konten: einen hart beenden"))
BREAK = (choose("charge_fails"), press("Anfrage absenden"))
REWIND = (press("Einzahlen"), fill(at="1"), press("Damaligen Stand zeigen"))
TRIED = (
    Stop("comparer, answered", COMPARER, ANSWER, shows="Ihre Antworten sprechen für"),
    Stop("comparer, wrong", f"{COMPARER}?runs=aws", shows="Antworten noch einmal"),
    Stop("retail", "/labs/retail", STOP, shows="Lager: angehalten"),
    Stop("payments", "/labs/payments", KILL, shows="Ein Consumer wurde hart beendet"),
    Stop("break it", "/labs/break-it", BREAK, shows="Dead Letter nach 4 Versuchen"),
    Stop("time machine", "/labs/time-machine", REWIND, shows="nach 1 von 2 Events"),
    Stop("refused", "/labs/time-machine", (press("Abheben"),), shows="ist kein Event"),
)


@pytest.fixture(scope="module")
def locale() -> str:
    return GERMAN


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/engagements/", "/engagements/build", "/articles/", "/privacy", "/nothing-here"),
        *("/apply", *(f"/apply/{key}" for key in STEP_KEYS)),
        *("/apply/attachments", "/apply/outlook", "/apply/start-over"),
        *("/apply/delete", "resume:unsent", "/apply/resume/nothing"),
        *("own:asked", "own:offered", "own:agreed", "withdraw:proposed", "erase:proposed"),
        *(COMPARER, *(stop.path for stop in LABS if not stop.deeds)),
    ],
)
def test_axe_finds_nothing_in_german_and_nothing_scrolls_sideways(
    tourist: tuple[Page, Watch], site: Site, history: History, path: str
) -> None:
    page, _ = tourist
    page.context.add_cookies([cookie_of_finished_draft(site)])
    page.goto(history.path_to(path))
    assert page.locator("html").get_attribute("lang") == "de"
    assert faults_of(page, TAGS) == ""


@pytest.mark.parametrize("key", STEP_KEYS[:-1])
def test_axe_finds_nothing_in_german_on_a_page_with_errors(
    tourist: tuple[Page, Watch], key: str
) -> None:
    page, _ = tourist
    page.goto(f"/apply/{key}")
    page.get_by_role("button", name="Weiter").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults_of(page, TAGS) == ""


@pytest.mark.parametrize("stop", TRIED, ids=[stop.name for stop in TRIED])
def test_after_trying_something_in_german_axe_finds_nothing_and_no_english_is_left(
    tourist: tuple[Page, Watch], stop: Stop
) -> None:
    page, _ = tourist
    page.goto(stop.path)
    for deed in stop.deeds:
        deed(page)
    expect(page.get_by_text(stop.shows).first).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
    assert english_left_in(page.content()) == []
    assert faults_of(page, TAGS) == ""
