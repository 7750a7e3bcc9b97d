"""The forms for a bank transfer that has arrived, and for one that sends money back."""

import uuid
from datetime import date, timedelta
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, ValidationError

from app.engagements.typed_amount import NotAnAmount, parse_amount
from app.web.fields import DayField, at_most, storable, trimmed
from app.web.rendering import money, plain_date
from app.web.site_form import SiteForm


def amount_field(label: str, when_empty: str) -> StringField:
    return StringField(
        label,
        filters=[trimmed],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
        validators=[InputRequired(when_empty)],
    )


def reference_field(transfer: str) -> StringField:
    return StringField(
        "The bank’s reference",
        description=f"As on the statement, so that the {transfer} can be found again.",
        filters=[trimmed],
        render_kw={"autocomplete": "off"},
        validators=[storable, at_most(140)],
    )


def refuse_future(day: date | None, today: date) -> None:
    """Raises ValidationError. One day is tolerated, since the bank's days may begin earlier."""
    if day and day > today + timedelta(days=1):
        raise ValidationError("This day has not come yet.")


class BankPaymentForm(SiteForm):
    """Staff type the amount so that a wrong one is noticed; only the whole deposit is accepted.
    ``agreed_on`` is the day since which it is owed; that and ``today`` are by the firm's clock."""

    amount = amount_field("Amount received", "Type the amount that is in the account.")
    received_on = DayField(
        "Received on", validators=[InputRequired("Choose the day on which it arrived.")]
    )
    bank_reference = reference_field("payment")

    def __init__(
        self, amount_cents: int, currency: str, *, agreed_on: date, today: date, **options: Any
    ) -> None:
        super().__init__(**options)
        self.amount_cents, self.currency = amount_cents, currency
        self.agreed_on, self.today = agreed_on, today
        self.amount.label.text += f", in {currency.upper()}"

    def validate_amount(self, field: StringField) -> None:
        try:
            is_whole = parse_amount(field.data or "", self.currency) == self.amount_cents
        except NotAnAmount:
            is_whole = False
        if not is_whole:
            raise ValidationError(
                f"The deposit is {money(self.amount_cents, self.currency)}. Any other amount has to"
                " be settled with the client first."
            )

    def validate_received_on(self, field: DayField) -> None:
        refuse_future(field.data, self.today)
        # One day is tolerated here, too: the bank's days may also begin later.
        if field.data and field.data < self.agreed_on - timedelta(days=1):
            agreed = plain_date(self.agreed_on)
            raise ValidationError(f"The client agreed on {agreed}; nothing was due before then.")


class BankRefundForm(SiteForm):
    """A refund by transfer: at most what is left, ``left_cents``, of a transfer that was received
    ``received_on``; ``today`` is by the firm's clock. Each page gets a new ``form_id``, so that a
    second press is not a second refund."""

    amount = amount_field("Amount sent back", "Type the amount that was sent back.")
    sent_on = DayField("Sent on", validators=[InputRequired("Choose the day on which it left.")])
    bank_reference = reference_field("transfer")
    form_id = HiddenField(default=lambda: uuid.uuid4().hex)

    def __init__(
        self, left_cents: int, currency: str, *, received_on: date, today: date, **options: Any
    ) -> None:
        super().__init__(**options)
        self.left_cents, self.currency = left_cents, currency
        self.received_on, self.today = received_on, today
        self.amount.label.text += f", in {currency.upper()}"

    @property
    def amount_cents(self) -> int:
        return parse_amount(self.amount.data or "", self.currency)

    def validate_amount(self, field: StringField) -> None:
        try:
            amount_cents = parse_amount(field.data or "", self.currency)
        except NotAnAmount as reason:
            raise ValidationError(str(reason)) from None
        if not amount_cents:
            raise ValidationError("Nothing to record: this amount is zero.")
        if amount_cents > self.left_cents:
            left = money(self.left_cents, self.currency)
            raise ValidationError(f"It can be at most {left}, which is what is left.")

    def validate_sent_on(self, field: DayField) -> None:
        refuse_future(field.data, self.today)
        # None is tolerated here: the day of receipt is by the same bank's days.
        if field.data and field.data < self.received_on:
            received = plain_date(self.received_on)
            raise ValidationError(f"The payment arrived on {received}, no earlier.")
