"""axe finds nothing on any page in any state, narrow and wide, in light and in dark."""

import re
from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from werkzeug.exceptions import MethodNotAllowed, NotFound

from config import ROOT
from tests.journeys.axe import WCAG, faults_of
from tests.journeys.conftest import Visit
from tests.journeys.finger import too_low_for_a_finger
from tests.journeys.heard import lost_in_swaps
from tests.journeys.keyboard import FOCUS
from tests.journeys.staff import Reviewer
from tests.journeys.tour.arrival import arrive
from tests.journeys.tour.as_sent import is_as_sent, is_left_as_sent
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import DESK, TOUR, Stop
from tests.journeys.watch import Watch
from tests.prospects import make_prospects, post
from tests.site import Site, eventually

WRITTEN = (ROOT / "app/notifications/letters").glob("*.py")
# They would take a client who pays twice or whose bank objects, a service that keeps failing,
# weeks, and a morning.
UNLIKELY = {
    *("deposit_overpaid", "refund_failed", "deposit_disputed", "dispute_closed"),
    *("service_away", "draft_expiring", "waiting_at_the_desk"),
}
LETTERS = {
    template for file in WRITTEN for template in re.findall(r'template="(\w+)"', file.read_text())
} - UNLIKELY
NO_PAGES = {
    *("api.asyncapi", "api.openapi", "api.schema"),
    *("assets.asset", "monitoring.healthz", "monitoring.metrics", "monitoring.readyz"),
    *("syndication.feed", "syndication.robots", "syndication.sitemap"),
    "syndication.security_txt",
    *("pictures.article", "pictures.firm", "pictures.mark"),
    "content.preview",  # the page of an article, with a word more
    *("attachments.download", "attachments.download_for_staff"),
    *("own_data.checker", "own_data.export", "own_data.trail"),  # files
    *("portal.progress", "payments.deposit"),  # parts of a page
    *("operations.picture", "replays.progress"),  # parts of a page
    *("labs.event", "labs.state", "labs.turn"),  # a message, and parts
    *("this_site.part", "time_machine.moment"),  # parts
    *("own_messages.new", "own_messages.reopen"),  # a part, and what leads to the whole
    *("application_form.review", "portal.reopen"),  # lead to another
    *("review.reopen", "webhooks.reopen"),  # lead to another
    "webhooks.secret",  # for whoever has just made one
    "second_step.ask",  # for whoever has just given a password: see test_second_step
    "application_form.question_styles",
}


@pytest.mark.parametrize("stop", TOUR, ids=[stop.name for stop in TOUR])
def test_each_page_passes_axe_never_scrolls_sideways_and_has_targets_a_finger_can_hit(
    tourist: tuple[Page, Watch], site: Site, history: History, ada: Reviewer, stop: Stop
) -> None:
    page, watch = tourist
    watch.provoked = stop.broken
    sent = arrive(page, stop, site, history, ada)
    if is_left_as_sent(stop):
        assert is_as_sent(page, sent)  # so test_without_scripts need not come here
    if stop.shows:
        expect(page.get_by_text(stop.shows).first).to_be_visible()
    if refusals(page).count():
        expect(refusals(page).first).to_be_focused()
        assert page.evaluate(FOCUS)["visible"]
        if stop not in DESK:
            expect(page).to_have_title(re.compile("^(Error|Fehler): "))
    assert faults_of(page) == ""
    assert lost_in_swaps(page) == []
    if stop not in DESK:
        assert too_low_for_a_finger(page) == []


def refusals(page: Page) -> Locator:
    """The page's alert: why it has not done what was asked."""
    return page.get_by_role("main").get_by_role("alert").locator("visible=true")


def test_axe_does_find_a_fault_where_there_is_one(visit: Visit) -> None:
    page = visit(1440, reduced_motion="reduce")
    page.goto("/apply/you")
    page.evaluate("""() => {
      document.querySelector("label[for=email]").remove();
      document.querySelector("label[for=name]").style.color = "#777";
      document.querySelector(".wide-only").style.color = "#777";
      document.querySelector("h1").style.width = "500px";
      const lead = document.querySelector(".lead");
      lead.style.overflow = "hidden";
      lead.style.height = `${lead.offsetHeight}px`;
    }""")

    found = faults_of(page)
    assert found.count("label - ") == 1
    places = ("390 px, light", "390 px, dark", "1440 px, light", "1440 px, dark")
    assert all(place in found for place in places)
    assert found.count("color-contrast - ") == 4
    sideways = [line for line in found.splitlines() if "sideways" in line]
    assert [line.partition(":")[0] for line in sideways] == ["320 px", *["390 px"] * 3]
    assert sideways[2].endswith("at 200 %") and sideways[3].endswith("when set apart")
    [cut] = [line for line in found.splitlines() if "cut off" in line]
    assert cut.startswith('390 px: cut off when set apart: <p class="lead"')


def test_axe_finds_nothing_in_any_mail(visit: Visit, site: Site, history: History) -> None:
    [prospect] = make_prospects(site, 1)
    post(site, "/apply/link", prospect.cookie, prospect.fields)
    eventually(lambda: mails(site).keys() == LETTERS)
    page = visit(1440)
    for template, html in mails(site).items():
        page.set_content(html)
        assert faults_of(page, WCAG) == "", template


def mails(site: Site) -> dict[str, str]:
    """The HTML of one mail of each kind, to somebody who has not been erased."""
    wanted = "SELECT DISTINCT ON (template) template, html FROM mail_messages WHERE html <> ''"
    return dict(site.rows(wanted))


def test_no_page_is_left_out(migrated_app: Flask, history: History) -> None:
    addresses = migrated_app.url_map.bind("localhost")
    visited = set()
    for stop in TOUR:
        with suppress(NotFound, MethodNotAllowed):
            visited.add(addresses.match(history.path_to(stop.path).partition("?")[0])[0])
    rules = migrated_app.url_map.iter_rules()
    answering = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert answering - visited == NO_PAGES
