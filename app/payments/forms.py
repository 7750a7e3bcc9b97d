"""What staff type when a transfer has arrived."""

from datetime import timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app.applications.fields import storable, trimmed
from app.database import utc_now
from app.rendering import money


class BankPaymentForm(FlaskForm):
    """The amount is typed, so that a wrong one is noticed; only the whole deposit is taken."""

    amount = StringField(
        "Amount received, in US dollars",
        filters=[trimmed],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
        validators=[InputRequired("Type the amount that is in the account.")],
    )
    received_on = DateField(
        "Received on", validators=[InputRequired("Choose the day on which it arrived.")]
    )
    bank_reference = StringField(
        "The bank's reference",
        description="As on the statement, so that the payment can be found again.",
        filters=[trimmed],
        render_kw={"autocomplete": "off"},
        validators=[storable, Length(max=140, message="Use at most 140 characters.")],
    )

    def __init__(self, amount_cents: int, **options: Any) -> None:
        super().__init__(**options)
        self.amount_cents = amount_cents

    def validate_amount(self, field: StringField) -> None:
        if (field.data or "").removeprefix("$").strip() not in _spellings(self.amount_cents):
            raise ValidationError(
                f"The deposit is {money(self.amount_cents)}. Any other amount has to be settled"
                " with the client first."
            )

    def validate_received_on(self, field: DateField) -> None:
        # East of Greenwich the day begins earlier.
        if field.data and field.data > utc_now().date() + timedelta(days=1):
            raise ValidationError("This day has not come yet.")


def _spellings(cents: int) -> set[str]:
    """The ways to write the amount: 3000, 3,000, 3000.00 and 3,000.00."""
    dollars, rest = divmod(cents, 100)
    exact = {f"{dollars}.{rest:02}", f"{dollars:,}.{rest:02}"}
    return exact | {f"{dollars}", f"{dollars:,}"} if rest == 0 else exact
