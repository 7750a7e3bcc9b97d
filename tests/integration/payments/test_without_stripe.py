"""A site without Stripe's keys takes bank transfers, and no webhooks. One that has them takes a
transfer in place of a card where the amount is too large for one."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.engagements.models import Engagement
from tests.integration.payments.actors import Payer, PostWebhook, Standin


def test_a_webhook_gets_a_404(post_webhook: PostWebhook) -> None:
    assert post_webhook({"id": "evt_1", "type": "a"}).status_code == 404


def test_the_clients_page_shows_where_to_send_the_money(payer: Payer) -> None:
    page = payer.page
    assert "$5,000" in page and "000123456789" in page and payer.application.reference in page
    assert "by card" not in page


def test_a_click_on_an_older_page_is_told_that_cards_are_no_longer_taken(
    payer: Payer, standin: Standin, change_settings: Callable[..., None]
) -> None:
    token = payer.csrf_token()
    change_settings(STRIPE_SECRET_KEY="", STRIPE_WEBHOOK_SECRET="")
    assert payer.press_pay(token).location.endswith(f"{payer.own_page}#deposit")
    assert "no longer offer payment by card, and nothing was charged" in payer.browser.get("/").text
    assert standin.sessions() == []


@pytest.mark.parametrize(("cents", "is_offered"), [(99_999_999, True), (100_000_000, False)])
def test_a_card_is_offered_for_amounts_that_stripe_takes(
    payer: Payer, standin: Standin, cents: int, is_offered: bool
) -> None:
    token = payer.csrf_token()
    size = {"total_cents": cents, "deposit_cents": cents}
    payer.session.execute(update(Engagement).values(size))
    payer.session.commit()
    assert ("by card</button>" in payer.page) == is_offered
    assert ("can’t be paid by card" in payer.page) != is_offered
    pressed = payer.press_pay(token).location
    assert pressed.endswith(f"{payer.own_page}#deposit") != is_offered
    assert len(standin.sessions()) == is_offered
    assert "can’t be reached" not in payer.browser.get(payer.own_page).text
