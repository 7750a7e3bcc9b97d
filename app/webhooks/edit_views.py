"""The staff's page that changes an endpoint: everything except its secret."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.extensions import csrf
from app.platform.database import db
from app.web.site_form import EXPIRED
from app.webhooks import service
from app.webhooks.forms import EndpointForm
from app.webhooks.models import WebhookEndpoint
from app.webhooks.pages import (
    answer_gone,
    empty_form,
    fingerprint,
    fingerprint_of,
    load,
    sent_form,
)

webhook_edit = Blueprint("webhook_edit", __name__)
webhook_edit.register_error_handler(service.EndpointGone, answer_gone)


@webhook_edit.get("/staff/webhooks/<uuid:endpoint_id>/edit")
@login_required
def edit(endpoint_id: uuid.UUID) -> str:
    endpoint = load(endpoint_id)
    form = empty_form(
        url=endpoint.url,
        description=endpoint.description,
        every_type=not endpoint.event_types,
        event_types=endpoint.event_types,
        with_personal=endpoint.with_personal,
        seen=fingerprint_of(endpoint),
    )
    return show_edit(endpoint, form)


@webhook_edit.post("/staff/webhooks/<uuid:endpoint_id>/edit")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@login_required
def change(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Change the endpoint to what was typed. If somebody changed it since the page was opened, show
    its current state first: otherwise their change would be undone unnoticed."""
    endpoint = load(endpoint_id)
    # Before its current address is read: somebody else may be moving it right now.
    service.lock_endpoint(db.session(), endpoint)
    form = sent_form(endpoint.url)
    if not form.validate():
        return show_edit(endpoint, form, EXPIRED if form.is_expired else None), form.refusal
    typed, now = form.typed(), fingerprint_of(endpoint)
    if form.seen.data and now not in {form.seen.data, fingerprint(**typed)}:
        form.seen.data = now
        return show_edit(endpoint, form, is_changed=True), 409
    service.change_endpoint(db.session(), endpoint, **typed, actor=current_user.actor)
    db.session.commit()
    flash("The endpoint is saved.")
    return redirect(url_for("webhooks.endpoint", endpoint_id=endpoint_id), 303)


def show_edit(
    endpoint: WebhookEndpoint,
    form: EndpointForm,
    problem: str | None = None,
    *,
    is_changed: bool = False,
) -> str:
    return render_template(
        "webhooks/edit.html", endpoint=endpoint, form=form, problem=problem, is_changed=is_changed
    )
