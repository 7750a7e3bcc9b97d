"""A half-finished application: another browser, another tab, and a second press of the button."""

import re

from playwright.sync_api import Page, expect

from tests.demo_applications import APPLICATIONS
from tests.journeys.conftest import Visit
from tests.journeys.prospect import (
    cookie_of_finished_draft,
    fill_in,
    mails_to,
    someone,
    text_of,
)
from tests.site import Site

ANSWERS = APPLICATIONS[2]
LINK = re.compile(r"http\S+/apply/resume/\S+")


def test_a_closed_browser_loses_nothing_and_the_mailed_link_opens_the_draft_in_another(
    visit: Visit, site: Site
) -> None:
    email, company = someone()
    phone = visit(390)
    phone.goto("/apply/you")
    fill_in(phone, "you", {**ANSWERS, "email": email, "company": company})
    phone.get_by_role("button", name="Continue").click()
    fill_in(phone, "system", {"services": "6_to_20", "brokers": ["kafka", "nats"]})
    phone.get_by_role("button", name="Save and mail me a link").click()
    expect(phone.get_by_role("status")).to_contain_text(f"on its way to {email}")
    phone.context.close()

    [mail] = mails_to(site, email)
    link = LINK.search(text_of(mail))
    assert link
    desk = visit(1440)
    desk.goto(link[0])
    expect(desk.get_by_role("heading", level=1)).to_have_text("The system today")
    expect(desk.get_by_role("radio", name="6 to 20").first).to_be_checked()
    expect(desk.get_by_role("checkbox", name="Kafka")).to_be_checked()
    expect(desk.get_by_role("checkbox", name="NATS")).to_be_checked()
    desk.get_by_role("button", name="Back to You and your company").click()
    expect(desk.get_by_label("Company", exact=True)).to_have_value(company)


def test_two_tabs_fill_in_different_steps_and_neither_overwrites_the_other(
    visit: Visit, site: Site
) -> None:
    first, _ = finished_draft(visit, site)
    second = first.context.new_page()
    second.goto("/apply/outcome")
    first.goto("/apply/system")
    fill_in(first, "system", {"architecture": "batch_and_files"})
    fill_in(second, "outcome", {"success": "No result is a day old."})
    second.get_by_role("button", name="Continue").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("The engagement")
    first.get_by_role("button", name="Continue").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("The problem")

    second.goto("/apply/system")
    expect(second.get_by_role("radio", name="Batch jobs and files")).to_be_checked()
    first.goto("/apply/outcome")
    expect(first.get_by_label("How will you know that it worked?")).to_have_value(
        "No result is a day old."
    )


def test_changes_made_in_another_tab_are_shown_for_review_before_sending(
    visit: Visit, site: Site
) -> None:
    page, _ = finished_draft(visit, site)
    other = page.context.new_page()
    other.goto("/apply/you")
    other.get_by_label("Company", exact=True).fill("A newer name")
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("The system today")

    page.get_by_role("checkbox", name="You may store this application").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_text("Nothing was sent: the answers have changed")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_text("A newer name")).to_be_visible()
    page.get_by_role("button", name="Send the application").click()
    expect(page).to_have_url(re.compile("/applications/"))


def test_going_back_and_sending_again_leads_to_the_same_application(
    visit: Visit, site: Site
) -> None:
    page, email = finished_draft(visit, site)
    page.get_by_role("checkbox", name="You may store this application").check()
    other = page.context.new_page()
    other.goto("/apply/review")
    other.get_by_role("checkbox", name="You may store this application").check()

    page.get_by_role("button", name="Send the application").click()
    expect(page).to_have_url(re.compile("/applications/"))
    other.get_by_role("button", name="Send the application").click()
    expect(other).to_have_url(page.url)
    assert site.value("SELECT count(*) FROM applications WHERE email = %s", email) == 1

    other.goto("/apply/you")
    expect(other.get_by_role("heading", level=1)).to_have_text("This application has been sent")


def finished_draft(visit: Visit, site: Site) -> tuple[Page, str]:
    """A page in a browser that has answered all but the last step, and the prospect's address."""
    email, _ = someone()
    page = visit(390)
    page.context.add_cookies([cookie_of_finished_draft(site, email)])
    page.goto("/apply/review")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and send")
    return page, email
