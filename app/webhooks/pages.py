"""What the staff's webhook pages share: loading an endpoint, and its form."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec
from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.platform.database import db
from app.platform.settings import current_config
from app.web.site_form import has_valid_token
from app.webhooks.address import normal_address
from app.webhooks.forms import EndpointForm
from app.webhooks.models import WebhookEndpoint
from app.webhooks.queries import find_endpoint
from app.webhooks.service import EndpointGone, hold_addresses


def load(endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """The endpoint. If there is none, raises as `refuse_gone` does."""
    return find_endpoint(db.session(), endpoint_id) or refuse_gone(endpoint_id)


def refuse_gone(gone_id: uuid.UUID) -> NoReturn:
    """Abort with 404 for what was deleted, or raise EndpointGone if a button was pressed on a page
    that still had it."""
    if has_valid_token():
        raise EndpointGone(gone_id)
    abort(404)


def empty_form(**values: Any) -> EndpointForm:
    """The form before it is sent, filled in with these values."""
    allow_private = current_config().WEBHOOK_ALLOW_PRIVATE
    return EndpointForm(allow_private=allow_private, taken=(), formdata=None, data=values)


def sent_form(own_url: str | None = None) -> EndpointForm:
    """The form as it was sent; ``own_url`` is the endpoint's current address. Others who send the
    form wait until this transaction ends."""
    return EndpointForm(
        allow_private=current_config().WEBHOOK_ALLOW_PRIVATE,
        taken=hold_addresses(db.session()) - ({normal_address(own_url)} if own_url else set()),
    )


def fingerprint(
    url: str, description: str, event_types: Sequence[str], *, with_personal: bool
) -> str:
    """A hash of an endpoint's fields, different as soon as one of them is."""
    all_of_it = (normal_address(url), description, sorted(event_types), with_personal)
    return hashlib.sha256(msgspec.json.encode(all_of_it)).hexdigest()


def fingerprint_of(endpoint: WebhookEndpoint) -> str:
    return fingerprint(
        endpoint.url,
        endpoint.description,
        endpoint.event_types,
        with_personal=endpoint.with_personal,
    )


def answer_gone(_: EndpointGone) -> ResponseReturnValue:
    db.session.rollback()
    flash("Somebody has deleted the endpoint.")
    return redirect(url_for("webhooks.index"), 303)
