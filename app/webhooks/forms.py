"""The forms that add or change an endpoint, and that choose which messages are sent again."""

import re
import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from wtforms import BooleanField, HiddenField, SelectChoice, StringField, URLField
from wtforms.validators import InputRequired, ValidationError

from app.events.contract.schema import meaning_of
from app.events.types import Event, declared_events
from app.platform.http_client.addresses import address_written_as, is_public
from app.web.fields import CheckboxesField, MomentField, at_most, storable, trimmed
from app.web.rendering import with_code
from app.web.site_form import SiteForm
from app.webhooks.address import normal_address
from app.webhooks.events import WebhookTested

LONGEST_URL = 2000
# Printable ASCII without spaces, as in a request line.
WRITABLE = re.compile(r"[!-~]+")
LONGEST_LABEL = 63  # of a host name, between two dots (RFC 1035)


class EndpointForm(SiteForm):
    """A new endpoint, or the changed state of one. ``allow_private`` accepts http and private
    addresses too. The addresses in ``taken``, in normal form, are refused, so that no server gets
    every message twice. A valid form's address is in normal form. ``form_id`` is new on every page,
    so that a second press is recognised; ``seen`` is the fingerprint of an edited endpoint as it
    was when the page was opened."""

    url = URLField(
        "Address",
        description="It starts with https:// and gets each event as a POST.",
        filters=[trimmed],
        validators=[
            InputRequired("Enter the address that gets the events."),
            at_most(LONGEST_URL),
        ],
        # With a maxlength a browser would cut a pasted address, and what is left is another one.
        render_kw={
            "maxlength": False,
            "autocomplete": "off",
            "autocapitalize": "off",
            "spellcheck": "false",
        },
    )
    description = StringField(
        "What it is for",
        filters=[trimmed],
        render_kw={"autocomplete": "off"},
        validators=[storable, at_most(200)],
    )
    every_type = BooleanField("Every type of event, including types added later")
    event_types = CheckboxesField("Or only these", validate_choice=False)
    with_personal = BooleanField(
        "Send personal data too",
        description="Names, email addresses, answers and messages then leave this site for that"
        " server. What was sent can’t be called back, even if somebody asks to be forgotten.",
    )
    form_id = HiddenField(default=lambda: uuid.uuid4().hex)
    seen = HiddenField()

    def __init__(self, *, allow_private: bool, taken: Collection[str], **options: Any) -> None:
        super().__init__(**options)
        self.allow_private, self.taken = allow_private, taken
        offered = {
            name: event for name, event in declared_events().items() if name != WebhookTested.type
        }
        self.event_types.choices = [SelectChoice(name, name) for name in sorted(offered)]
        self.event_types.option_hints = {
            name: with_code(_first_sentence(event)) for name, event in offered.items()
        }

    def validate_url(self, field: URLField) -> None:
        url = normal_address(field.data or "")
        problem = problem_with_url(url, allow_private=self.allow_private)
        if problem:
            raise ValidationError(problem)
        if url in self.taken:
            raise ValidationError("There is an endpoint at this address already.")
        field.data = url

    def validate_event_types(self, field: CheckboxesField) -> None:
        if self.every_type.data:
            return
        if not field.data:
            raise ValidationError("Choose every type, or at least one.")
        if not set(field.data) <= set(self.event_types.option_hints):
            raise ValidationError("Choose from the types in the list.")

    def endpoint_id(self, staff_id: uuid.UUID) -> uuid.UUID:
        """The id of the endpoint that this page adds at this address for this member of staff."""
        named = f"webhook:{staff_id}:{self.form_id.data}:{normal_address(self.url.data or '')}"
        return uuid.uuid5(uuid.NAMESPACE_OID, named)

    def typed(self) -> dict[str, Any]:
        """The fields of a valid form, named as `add_endpoint` and `change_endpoint` take them."""
        return {
            "url": self.url.data or "",
            "description": self.description.data or "",
            "event_types": self.chosen_types(),
            "with_personal": self.with_personal.data,
        }

    def chosen_types(self) -> list[str]:
        """The types in a valid form; none means every type."""
        return [] if self.every_type.data else sorted(self.event_types.data or ())


class ReplayForm(SiteForm):
    """The time since which failed messages are sent again."""

    since = MomentField(
        "Made since, in UTC",
        validators=[InputRequired("Choose a day and a time.")],
    )

    @property
    def since_utc(self) -> datetime:
        """The time in a valid form."""
        moment: datetime = self.since.data
        return moment.replace(tzinfo=UTC)


def problem_with_url(url: str, *, allow_private: bool) -> str | None:
    """A sentence on why nothing can be sent to that address, or None."""
    no_address = "This is not a web address."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return no_address
    schemes = {"https", "http"} if allow_private else {"https"}
    checks = (
        (parts.scheme in schemes, "The address has to start with https://."),
        (
            WRITABLE.fullmatch(url),
            "Write it without spaces; only the host’s name may have accents.",
        ),
        (host and port != 0, no_address),
        (all(len(label) <= LONGEST_LABEL for label in host.split(".")), no_address),
        ("@" not in parts.netloc, "Leave user name and password out; the signature is enough."),
        (not parts.fragment, "Leave out what follows the #; no server gets to see it."),
        (
            allow_private or not _is_private(host),
            "This address is not on the public internet.",
        ),
    )
    return next((problem for is_right, problem in checks if not is_right), None)


def _is_private(host: str) -> bool:
    """Whether the host is visibly, without a DNS lookup, not on the public internet."""
    written = address_written_as(host)
    if written is not None:
        return not is_public(written)
    return host.rstrip(".").rpartition(".")[2] == "localhost"


def _first_sentence(declared: type[Event]) -> str:
    return f"{meaning_of(declared).split('. ')[0].removesuffix('.')}."
