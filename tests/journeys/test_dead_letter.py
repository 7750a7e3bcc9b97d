"""An operator sees what failed and why, previews a replay and runs it: with nothing but a keyboard,
at a desk and on a phone."""

from playwright.sync_api import expect

from tests.journeys.axe import beyond_the_window
from tests.journeys.conftest import Visit
from tests.journeys.keyboard import press
from tests.journeys.prospect import Applied, send_application
from tests.journeys.staff import Reviewer
from tests.journeys.trouble import fail_with_a_long_error, refusing
from tests.site import Site, eventually

STAFF = "staff@champlin.example"


def test_a_dead_letter_is_found_and_its_replay_previewed_and_run_by_keyboard(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page, phone = (visit(width, reviewer=ada, reduced_motion="reduce") for width in (1440, 390))
    with refusing(site, "scores", "new.total >= 0"):
        applied = send_application(site)
        applied.wait_until_dead()
        eventually(lambda: warnings_about(site, applied))
        page.goto("/staff/events/")
        cause = page.get_by_role("link", name="ProgrammingError in scoring.score_fit")
        press(page, cause)
        letter = page.get_by_role("row").filter(has_text=applied.company)
        expect(letter).to_contain_text("RaiseException")
        press(page, letter.get_by_role("link", name="application.submitted"))
        expect(page.get_by_role("table")).to_contain_text("Dead letter")
        press(page, page.get_by_role("button", name="Preview a replay for scoring.score_fit"))
        expect(page.get_by_text("Would fail again").last).to_be_visible()
        assert applied.dead_letter

    phone.goto(page.url)
    [item] = phone.get_by_role("main").locator("ol > li").all()
    expect(item).to_contain_text("Would be done")
    expect(item).to_contain_text("scores: 1 added")
    expect(item).to_contain_text("Then given to engagements.propose_engagement")
    assert applied.dead_letter
    press(phone, phone.get_by_role("button", name="Replay it"))
    expect(phone.get_by_text("The replay has begun.")).to_be_visible()
    expect(phone.locator("#progress").get_by_text("1 of 1 is through")).to_be_visible()
    expect(phone.get_by_text("Finished")).to_be_visible()
    applied.wait_until_engagement_is("proposed")
    phone.goto(f"/staff/applications/{applied.id}")
    expect(phone.get_by_role("region", name="Why this score")).to_contain_text("of 22")


def test_a_long_word_in_an_error_widens_no_page_and_wraps_no_time(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    with refusing(site, "scores", "new.total >= 0"):
        applied = send_application(site)
        applied.wait_until_dead()
    fail_with_a_long_error(site, applied.dead_letter)
    page = visit(1440, reviewer=ada)
    page.goto("/staff/events/")
    letter = page.get_by_role("row").filter(has_text=applied.company).get_by_role("link").first
    for link in (page.get_by_role("link", name="KeyError in scoring.score_fit"), letter):
        with page.expect_navigation():
            link.click()
        assert list(beyond_the_window(page, 1440)) == []
    began = page.get_by_role("row").filter(has_text="KeyError").first.locator("time")
    assert began.evaluate("time => time.getClientRects().length") == 1
    page.get_by_role("button", name="Preview a replay for scoring.score_fit").click()
    page.get_by_role("button", name="Replay it").click()
    applied.wait_until_engagement_is("proposed")


def test_a_subscriber_is_paused_and_resumed_without_javascript(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(390, reviewer=ada, javascript=False, reduced_motion="reduce")
    page.goto("/staff/events/")
    press(page, page.get_by_role("button", name="Pause notifications.send_resume_link"))
    expect(page.get_by_text("Paused by Ada Lovelace")).to_be_visible()
    press(page, page.get_by_role("button", name="Resume notifications.send_resume_link"))
    expect(page.get_by_text("is resumed, starting with what has waited")).to_be_visible()
    expect(page.get_by_text("Paused by Ada Lovelace")).to_have_count(0)


def warnings_about(site: Site, applied: Applied) -> bool:
    subject = f"Not handled automatically: {applied.company} ({applied.reference})"
    return any(mail["Subject"] == subject for mail in site.sink.to(STAFF))
