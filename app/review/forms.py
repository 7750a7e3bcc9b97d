"""The forms on the page of an application: decisions, messages, notes."""

import re
from collections.abc import Mapping
from typing import Any, cast

from wtforms import (
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Regexp, ValidationError

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.queries import Terms
from app.applications.service import OfferVerdict, Verdict
from app.engagements.pricing import starting_price_cents
from app.engagements.rate_card import RateCard
from app.engagements.typed_amount import NotAnAmount, parse_amount
from app.firm.offers import Kind, Offers
from app.messages.forms import MessageForm
from app.review.pricing import Pricing
from app.web.fields import VERSION, LongTextField, VersionField, at_most, storable, trimmed
from app.web.rendering import money, price
from app.web.site_form import SiteForm

LONGEST_MESSAGE = 4000
COUNT = re.compile(r"[0-9]{1,6}\Z")
VERDICTS = [
    SelectChoice("accept", "Accept"),
    SelectChoice("ask", "Ask for more"),
    SelectChoice("decline", "Decline"),
]
# What can still be done about an offer that nobody has agreed to.
OFFER_VERDICTS = [
    SelectChoice("change", "Change the offer"),
    SelectChoice("take_back", "Take the offer back"),
]
VERDICT_HINTS = {
    "accept": "The prospect gets your offer and can agree to it.",
    "ask": "The prospect gets your question and can answer it.",
    "decline": "The prospect gets your answer, and the engagement is closed.",
    "change": "The prospect gets the new terms, and can no longer agree to the present ones.",
    "take_back": "The prospect gets your reason, and the engagement is closed for good.",
}
UNWRITTEN = {
    "ask": "Write what you would like to know.",
    "change": "Write what has changed.",
    "take_back": "Write why.",
}


class SettlingForm(SiteForm):
    """Buttons that settle something; ``version`` is that of the application as the page shows
    it."""

    version = VersionField(
        validators=[Regexp(VERSION, message="Reload the page before you decide.")]
    )

    @property
    def seen_version(self) -> int:
        """The version, or 0, which no application has, if the form is invalid."""
        return self.version.seen


class AnsweringForm(SiteForm):
    """An answer to a prospect; ``seen`` is how many entries of the conversation its writer has been
    shown."""

    seen = HiddenField()

    @property
    def seen_entries(self) -> int:
        """The number in ``seen``, or 0 if it is missing, so that everything is shown again."""
        typed = self.seen.data or ""
        return int(typed) if COUNT.fullmatch(typed) else 0


class ReviewersMessageForm(AnsweringForm, MessageForm):
    """A message that decides nothing."""


class NoteForm(SiteForm):
    """A note among staff. ``form_id`` is the message's, since both are typed on the same page."""

    note = LongTextField(
        "Note",
        description="Only staff see it. It can’t be changed later.",
        rows=4,
        validators=[
            DataRequired("Write your note first."),
            storable,
            at_most(LONGEST_MESSAGE),
        ],
    )
    form_id = HiddenField()


class TakingForm(SiteForm):
    """The buttons that take an application and put it back; ``holder`` is the actor who has it
    according to the page, or empty."""

    holder = HiddenField()


class LinkForm(SiteForm):
    """The button that replaces the prospect's link; ``seen`` is the old link's `link_name`."""

    seen = HiddenField()


class DecisionForm(AnsweringForm, SettlingForm):
    """A reviewer's verdict on an application or, with ``offered``, on the offer of these terms that
    the client has not agreed to. A page that was opened earlier may send the other kind."""

    verdict = RadioField(
        "Your decision",
        choices=VERDICTS,
        validate_choice=False,
        validators=[InputRequired("Choose what to do.")],
    )
    kind = RadioField("If you accept: which kind of engagement", validate_choice=False)
    price = StringField(
        "If you accept: at another price",
        description="Leave it empty for the price shown with the kind.",
        filters=[trimmed],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    message = LongTextField(
        "Message to the prospect",
        description="It goes into an email that greets the prospect by name and says what you"
        " decided.",
        rows=6,
        validators=[
            storable,
            at_most(LONGEST_MESSAGE),
        ],
    )

    def __init__(
        self,
        prices: Mapping[Kind, Pricing],
        card: RateCard,
        offers: Offers,
        offered: Terms | None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.prices, self.card, self.offers, self.offered = prices, card, offers, offered
        if offered:
            self.verdict.choices = OFFER_VERDICTS
            self.verdict.label.text = "What to do"
            self.kind.label.text = "If you change it: to which kind of engagement"
            self.price.label.text = "If you change it: at another price"
        self.price.label.text += f", in {card.currency.upper()}"
        self.verdict.option_hints = VERDICT_HINTS
        self.kind.choices = [SelectChoice(kind, offers.offer(kind).name) for kind in prices]
        self.kind.option_hints = {kind: _describe(one) for kind, one in prices.items()}

    def validate_verdict(self, field: RadioField) -> None:
        if field.data not in VERDICT_HINTS:
            raise ValidationError("Choose what to do.")

    def validate_kind(self, field: RadioField) -> None:
        if self.sets_terms and field.data not in self.prices:
            raise ValidationError("Choose the kind of engagement.")

    def validate_price(self, field: StringField) -> None:
        if not self.sets_terms or self.kind.data not in self.prices:
            return
        kind: Kind = self.kind.data
        total_cents, least_cents = self.total_cents(), starting_price_cents(kind, self.card)
        is_as_shown = total_cents == self.prices[kind].quote.total_cents
        if total_cents < least_cents and not is_as_shown:
            name, least = self.offers.offer(kind).name, money(least_cents, self.card.currency)
            raise ValidationError(f"A {name} costs at least {least}.")

    def validate_message(self, field: LongTextField) -> None:
        if self.verdict.data in UNWRITTEN and not field.data:
            raise ValidationError(UNWRITTEN[self.verdict.data])

    def total_cents(self) -> int:
        """The typed price, or else the one shown. Raises ValidationError if it is not a price."""
        if not self.price.data:
            return self.prices[cast(Kind, self.kind.data)].quote.total_cents
        try:
            return parse_amount(self.price.data, self.card.currency)
        except NotAnAmount as problem:
            raise ValidationError(str(problem)) from None

    @property
    def sets_terms(self) -> bool:
        """Whether the verdict comes with a kind and a price."""
        return self.verdict.data in {"accept", "change"}

    @property
    def fits(self) -> bool:
        """Whether the verdict is about what there is to decide now."""
        return self.verdict.data in {choice.value for choice in self.verdict.choices}

    @property
    def changes_nothing(self) -> bool:
        """Whether the offer would be changed to what it already is; the form must be valid."""
        if self.offered is None or self.verdict.data != "change":
            return False
        offered = (self.offered.kind, self.offered.total_cents, self.offered.currency)
        return offered == (self.kind.data, self.total_cents(), self.card.currency)

    @property
    def is_begun(self) -> bool:
        """Whether anything has been chosen or typed."""
        return bool(self.verdict.data or self.price.data or self.message.data)

    def decision(self) -> Verdict | OfferVerdict:
        """The verdict; the form must be valid."""
        message = self.message.data or ""
        if self.verdict.data == "ask":
            return MoreRequested(message=message)
        if self.verdict.data == "decline":
            return ApplicationDeclined(message=message)
        if self.verdict.data == "take_back":
            return OfferTakenBack(message=message)
        terms = OfferChanged if self.verdict.data == "change" else ApplicationAccepted
        return terms(
            message=message,
            kind=self.kind.data,
            total_cents=self.total_cents(),
            currency=self.card.currency,
        )


def _describe(pricing: Pricing) -> str:
    quote = pricing.quote
    told = price(quote.total_cents, quote.currency, is_monthly=quote.is_monthly)
    return f"{told}, {pricing.source}"
