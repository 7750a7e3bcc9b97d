"""Questions that appear once the answers lead to them."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "plain"])
def test_a_question_appears_once_the_answer_above_leads_to_it(visit: Visit, scripts: bool) -> None:
    page = visit(390, javascript=scripts)
    page.goto("/apply/system")
    owner = page.get_by_role("group", name="Who looks after the broker?")
    expect(owner).to_be_hidden()
    page.get_by_role("checkbox", name="RabbitMQ").check()
    expect(owner).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(owner.get_by_text("Choose who looks after the broker.")).to_be_visible()
    page.get_by_role("checkbox", name="RabbitMQ").uncheck()
    page.get_by_role("checkbox", name="None").check()
    expect(owner).to_be_hidden()
