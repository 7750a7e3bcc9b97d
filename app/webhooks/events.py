"""What can happen to an endpoint for outgoing webhooks. Only the host of its address is recorded:
the rest may contain a password."""

from app.events.types import Event, event


@event("webhook.endpoint_added", version=1)
class WebhookEndpointAdded(Event, frozen=True):
    """A member of staff added an endpoint; an empty list of types means every type."""

    host: str
    event_types: list[str]
    with_personal: bool


@event("webhook.endpoint_changed", version=1)
class WebhookEndpointChanged(Event, frozen=True):
    """A member of staff edited an endpoint, which is as told here from then on. ``is_moved`` says
    whether messages go to another address."""

    host: str
    event_types: list[str]
    with_personal: bool
    is_moved: bool


@event("webhook.endpoint_disabled", version=1)
class WebhookEndpointDisabled(Event, frozen=True):
    """An endpoint gets no more messages, because it is "failing", "gone" or "staff" said so."""

    host: str
    because: str


@event("webhook.endpoint_enabled", version=1)
class WebhookEndpointEnabled(Event, frozen=True):
    """A member of staff enabled an endpoint again."""

    host: str


@event("webhook.secret_rotated", version=1)
class WebhookSecretRotated(Event, frozen=True):
    """A member of staff gave an endpoint a new secret."""

    host: str


@event("webhook.endpoint_deleted", version=1)
class WebhookEndpointDeleted(Event, frozen=True):
    """A member of staff deleted an endpoint with all that was sent to it."""

    host: str


@event("webhook.tested", version=1)
class WebhookTested(Event, frozen=True):
    """A member of staff asked for a test message; it goes to that one endpoint alone."""

    host: str
