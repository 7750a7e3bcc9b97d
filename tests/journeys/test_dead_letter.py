"""An operator sees what failed and why, mends the cause, and replays it."""

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.prospect import Applied, send_application
from tests.journeys.staff import Reviewer
from tests.journeys.trouble import refusing
from tests.site import Site, eventually

STAFF = "staff@champlin.example"


def test_a_dead_letter_is_seen_with_its_cause_and_replayed_once_that_is_mended(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    replay = page.get_by_role("button", name="Replay")
    with refusing(site, "scores", "new.total >= 0"):
        applied = send_application(site)
        eventually(lambda: is_dead(site, applied))
        page.goto("/staff/events/")
        letter = page.get_by_role("row").filter(has_text=applied.company).filter(has=replay)
        expect(letter).to_contain_text("RaiseException")
        expect(letter).to_contain_text("score_fit")
        eventually(lambda: warnings_about(site, applied))
        page.goto(f"/staff/applications/{applied.id}")
        expect(page.get_by_text("Not scored yet")).to_be_visible()

    page.goto("/staff/events/")
    letter.locator(replay).click()
    expect(page.get_by_role("status")).to_contain_text("The dead letter is tried again now.")
    applied.wait_until_engagement_is("proposed")
    page.reload()
    expect(letter).to_have_count(0)
    page.goto(f"/staff/applications/{applied.id}")
    expect(page.get_by_role("region", name="Why this score")).to_contain_text("of 22")


def is_dead(site: Site, applied: Applied) -> bool:
    stream = f"application-{applied.id}"
    dead = "SELECT count(*) FROM deliveries WHERE stream = %s AND status = 'dead'"
    return bool(site.value(dead, stream))


def warnings_about(site: Site, applied: Applied) -> bool:
    subject = f"Not handled automatically: {applied.company} ({applied.reference})"
    return any(mail["Subject"] == subject for mail in site.sink.to(STAFF))
