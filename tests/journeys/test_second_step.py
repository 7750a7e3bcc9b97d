"""A reviewer sets up a second step on a phone, and signs in with it."""

import time

from playwright.sync_api import Page, expect

from tests.authenticator import code_of
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Visit, employ
from tests.journeys.staff import Reviewer
from tests.site import Site


def sign_in(page: Page, reviewer: Reviewer) -> None:
    page.goto("/staff/login")
    page.get_by_label("Email").fill(reviewer.email)
    page.get_by_label("Password").fill(reviewer.password)
    page.get_by_role("button", name="Sign in").click()


def read(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert faults_of(page) == ""


def test_a_second_step_is_set_up_asked_for_and_turned_off(visit: Visit, site: Site) -> None:
    barbara = employ(site, "barbara@champlin.example", "Barbara Liskov")
    page = visit(390, reduced_motion="reduce")
    sign_in(page, barbara)
    page.goto("/staff/settings/")
    page.get_by_role("link", name="Set up a second step").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    key = "".join(page.locator("code").inner_text().split())
    page.get_by_label("Code", exact=True).fill(code_of(key, time.time()))
    page.get_by_label("Your password").fill(barbara.password)
    page.get_by_role("button", name="Turn it on").click()
    read(page, "Your recovery codes")
    recovery_code = page.get_by_role("listitem").locator("code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, barbara)
    read(page, "Second step")
    page.get_by_label("Code", exact=True).fill("none of mine")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    read(page, "Second step")
    page.get_by_label("Code", exact=True).fill(recovery_code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Applications")

    page.goto("/staff/settings/")
    expect(page.get_by_text("7 recovery codes are left")).to_be_visible()
    page.get_by_role("link", name="Turn it off").click()
    read(page, "Turn off the second step?")
    page.get_by_label("Your password").fill(barbara.password)
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_text("The second step is off.")).to_be_visible()
