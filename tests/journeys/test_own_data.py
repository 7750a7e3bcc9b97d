"""What prospects can do themselves: check the trail, withdraw, erase their data, get the link."""

import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Device, Visit
from tests.journeys.prospect import apply, mails_to, text_of
from tests.journeys.staff import Reviewer
from tests.site import Site, eventually

scripting = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
STAFF = "staff@champlin.example"


def saved(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_a_prospect_downloads_the_trail_and_checks_it_on_their_own_machine(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    applied = apply(site)
    page = visit(1440)
    page.goto(applied.page)
    expect(page.get_by_text("We act next: a person answers")).to_be_visible()
    trail = saved(page, "Download the trail", tmp_path)
    checker = saved(page, "Download the checker", tmp_path)
    page.get_by_text("Show how to check it").click()
    command = page.get_by_label("Command").inner_text().split()
    assert command == ["python3", checker.name, trail.name]
    checked = subprocess.run(
        [sys.executable, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.stdout.startswith("WHOLE: "), checked
    trail.write_text(trail.read_text().replace("eleven ports", "twelve ports", 1))
    checked = subprocess.run(
        [sys.executable, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.stdout.startswith(f"ALTERED: row 1 of application-{applied.id}: "), checked


def test_a_sent_answer_is_shown_as_it_was_typed(visit: Visit, site: Site) -> None:
    typed = "Three things go wrong:\n\n  * orders are lost\n  * and doubled,\n    by the dozen"
    page = visit(390)
    page.goto(apply(site, problem=typed).page)
    page.get_by_text("Show all answers").click()
    assert typed in page.locator("dd", has_text="Three things").inner_text()


@scripting
def test_a_prospect_withdraws_and_the_reviewers_are_told(
    visit: Visit, site: Site, ada: Reviewer, javascript: bool
) -> None:
    applied = apply(site)
    page = visit(390, javascript=javascript)
    page.goto(applied.page)
    page.get_by_role("link", name="Withdraw the application").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdraw this application?")
    page.get_by_label("Why, if you would like to say").fill("We have found somebody.")
    page.get_by_role("button", name="Withdraw the application").click()
    expect(page.get_by_role("heading", name="You have withdrawn your application.")).to_be_visible()
    expect(page.get_by_text("Withdrawn by you")).to_be_visible()

    applied.wait_until_engagement_is("closed")
    subject = f"Withdrawn: {applied.company}"
    eventually(lambda: any(subject in mail["Subject"] for mail in site.sink.to(STAFF)))
    assert "is withdrawn, as you asked" in text_of(mails_to(site, applied.email, 2)[1])
    desk = visit(1440, reviewer=ada)
    desk.goto(f"/staff/applications/{applied.id}")
    expect(desk.get_by_text("There is nothing left to decide.")).to_be_visible()


@scripting
def test_a_prospect_downloads_their_data_and_then_erases_it(
    visit: Visit, site: Site, tmp_path: Path, javascript: bool
) -> None:
    applied = apply(site)
    page = visit(390, javascript=javascript)
    page.goto(applied.page)
    copy = saved(page, "Download my data", tmp_path)
    assert applied.email in copy.read_text()
    page.get_by_role("link", name="Erase my data").click()
    expect(page.get_by_role("heading", name="What stays")).to_be_visible()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Erase my data").click()
    page.get_by_role("button", name="Erase it for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This application has been erased")
    assert site.value("SELECT email FROM applications WHERE id = %s", applied.id) == ""


def test_a_tab_that_is_open_while_they_erase_themselves_goes_on_showing_nothing_of_it(
    visit: Visit, device: Device, site: Site
) -> None:
    applied = apply(site)
    applied.wait_until_engagement_is("proposed")
    other = device(1440)
    other.goto(applied.page)
    expect(other.get_by_text("We act next: a person answers")).to_be_visible()
    page = visit(390)
    page.goto(f"{applied.page}/erase")
    page.get_by_role("button", name="Erase it for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This application has been erased")
    expect(other.get_by_role("heading", level=1)).to_have_text("This application has been erased")


def test_a_tab_whose_link_was_replaced_says_so_unless_something_is_typed_in_it(
    device: Device, site: Site
) -> None:
    applied = apply(site)
    applied.wait_until_engagement_is("proposed")
    gone = ("404 for ", "console: Response Status Error Code 404")
    reading, typing = device(390, also=gone), device(1440, also=gone)
    for page in (reading, typing):
        page.goto(applied.page)
    typing.get_by_label("Your message").fill("May we begin in March?")
    replace = (
        "UPDATE applications SET access_token = reverse(access_token) WHERE id = %s RETURNING 1"
    )
    site.rows(replace, applied.id)
    expect(reading.get_by_text("Have its link mailed to you again")).to_be_visible()
    with typing.expect_response(lambda response: response.status == HTTPStatus.NOT_FOUND):
        pass
    typing.get_by_role("button", name="Send the message").click()
    expect(typing.get_by_role("heading", name="What you wrote")).to_be_visible()
    expect(typing.get_by_text("May we begin in March?")).to_be_visible()


@scripting
def test_a_prospect_who_has_lost_the_link_gets_it_by_mail(
    visit: Visit, site: Site, javascript: bool
) -> None:
    applied = apply(site)
    page = visit(390, javascript=javascript)
    page.goto("/applications/mistyped")
    page.get_by_role("link", name="Have its link mailed to you again").click()
    page.get_by_label("Email address").fill(applied.email)
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert f"{site.url}{applied.page}" in text_of(mails_to(site, applied.email, 2)[1])
