"""Staff connect another server: on a phone without JavaScript, and at a desk with it."""

import re

import pytest
from playwright.sync_api import expect
from standardwebhooks.webhooks import Webhook

from tests.journeys.conftest import Visit
from tests.journeys.staff import Reviewer
from tests.journeys.tour.deeds import choose, press
from tests.site import eventually
from tests.webhook_receiver import Reply, WebhookReceiver


@pytest.mark.parametrize(("width", "javascript"), [(390, False), (1440, True)])
def test_a_webhook_endpoint_is_added_tested_and_deleted(
    visit: Visit, ada: Reviewer, width: int, javascript: bool
) -> None:
    page = visit(width, javascript=javascript, reviewer=ada)
    with WebhookReceiver() as receiver:
        receiver.answer = lambda _: Reply(200, body=b"Thank you, noted.")
        page.goto("/staff/settings/")
        page.get_by_role("link", name="Open the webhooks").click()
        page.get_by_role("link", name="Add an endpoint").click()
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_label("What it is for").fill("The journey's own")
        choose("deposit.overpaid")(page)
        press("Add the endpoint")(page)
        secret = page.get_by_text(re.compile("^whsec_")).inner_text().strip()
        page.get_by_role("link", name="Go to the endpoint").click()
        press("Send a test message")(page)
        eventually(lambda: receiver.received)
        got = receiver.received[0]
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "webhook.tested"
        expect(page.get_by_text("The test message is on its way")).to_be_visible()

        def is_shown() -> bool:
            page.reload()
            return page.get_by_text("Thank you, noted.").is_visible()

        eventually(is_shown)
        expect(page.get_by_text("Answered 200")).to_be_visible()
        page.get_by_role("link", name=re.compile("^Webhooks to")).click()
        page.get_by_text("Delete this endpoint").click()
        press("Delete for good")(page)
        expect(page.get_by_text("The endpoint is deleted.")).to_be_visible()
        expect(page.get_by_text("The journey's own")).to_have_count(0)
