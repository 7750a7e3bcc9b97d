"""The staff's pages of outgoing webhooks: endpoints, their messages, and each try to send one."""

import uuid

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.extensions import csrf
from app.platform.database import db, utc_now
from app.web.site_form import EXPIRED
from app.webhooks import messages, service
from app.webhooks.forms import EndpointForm, ReplayForm
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from app.webhooks.pages import (
    answer_gone,
    empty_form,
    fingerprint,
    fingerprint_of,
    load,
    refuse_gone,
    sent_form,
)
from app.webhooks.queries import (
    endpoint_rows,
    failing_endpoints,
    find_endpoint,
    find_message,
    messages_of,
    tries_of,
)
from app.webhooks.tries import MOST_TRIES

ADDED = "The endpoint is added"
SHOWN_ONCE = "webhook_shown_once"

webhooks = Blueprint("webhooks", __name__, template_folder="templates")
webhooks.register_error_handler(service.EndpointGone, answer_gone)


@webhooks.get("/staff/webhooks/")
@login_required
def index() -> str:
    return render_template("webhooks/index.html", rows=endpoint_rows(db.session()))


@webhooks.get("/staff/webhooks/new")
@login_required
def new() -> str:
    return show_new(empty_form())


@webhooks.post("/staff/webhooks/new")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@login_required
def add() -> ResponseReturnValue:
    """Add the endpoint; the page that follows shows its secret, even after a second press."""
    form = sent_form()
    endpoint_id = form.endpoint_id(current_user.id)
    added = find_endpoint(db.session(), endpoint_id)
    if not form.validate():
        if added and set(form.errors) == {"url"} and is_as_typed(added, form):
            return lead_to_secret(added, ADDED)
        return show_new(form, EXPIRED if form.is_expired else None), form.refusal
    endpoint = service.add_endpoint(
        db.session(),
        None if added else endpoint_id,  # the one added before has since moved to another address
        **form.typed(),
        staff_id=current_user.id,
    )
    db.session.commit()
    return lead_to_secret(endpoint, ADDED)


@webhooks.get("/staff/webhooks/<uuid:endpoint_id>")
@login_required
def endpoint(endpoint_id: uuid.UUID) -> str:
    return show_endpoint(load(endpoint_id), ReplayForm(formdata=None))


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/test")
@login_required
def send_test(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    subject = load(endpoint_id)
    message = messages.send_test(db.session(), subject, actor=current_user.actor)
    db.session.commit()
    if subject.is_enabled:
        flash("The test message is on its way. Reload this page to see the answer.")
    else:
        flash("The endpoint is disabled: the test message is sent once it is enabled.")
    return redirect(url_for(".message", message_id=message.id), 303)


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/secret")
@login_required
def rotate(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Make a new secret; the page that follows shows it."""
    subject = load(endpoint_id)
    service.rotate_secret(db.session(), subject, actor=current_user.actor)
    db.session.commit()
    return lead_to_secret(subject, "The secret is changed")


@webhooks.get("/staff/webhooks/<uuid:endpoint_id>/secret")
@login_required
def secret(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Show the secret once, to the browser that created it."""
    subject, made = load(endpoint_id), session.pop(SHOWN_ONCE, {})
    if made.get("endpoint_id") != str(endpoint_id):
        flash("A secret is shown only once. If it is lost, make a new one.")
        return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)
    page = render_template("webhooks/secret.html", endpoint=subject, title=made["title"])
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/disable")
@login_required
def disable(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    subject = load(endpoint_id)
    service.disable_endpoint(db.session(), subject, because="staff", actor=current_user.actor)
    db.session.commit()
    flash("The endpoint is disabled. Nothing is sent to it.")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/enable")
@login_required
def enable(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    service.enable_endpoint(db.session(), load(endpoint_id), actor=current_user.actor)
    db.session.commit()
    flash("The endpoint is enabled. What waited is sent now.")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/delete")
@login_required
def delete(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Delete it. A second click finds it deleted."""
    try:
        service.delete_endpoint(db.session(), load(endpoint_id), actor=current_user.actor)
        db.session.commit()
    except service.EndpointGone:
        db.session.rollback()
    flash("The endpoint is deleted.")
    return redirect(url_for(".index"), 303)


@webhooks.post("/staff/webhooks/<uuid:endpoint_id>/replay")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the time
@login_required
def replay_failed(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Send again what has failed since the time in the form."""
    subject, form = load(endpoint_id), ReplayForm()
    if not form.validate():
        return show_endpoint(subject, form, EXPIRED if form.is_expired else None), form.refusal
    count = messages.replay_failed(db.session(), endpoint_id, form.since_utc)
    are = "message is" if count == 1 else "messages are"
    db.session.commit()
    flash(f"{count} failed {are} sent again{once_enabled(subject)}.")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.get("/staff/webhooks/<uuid:endpoint_id>/replay")
@login_required
def reopen(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Redirect somebody who opens the address of a page that only a POST shows."""
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.get("/staff/webhooks/messages/<uuid:message_id>")
@login_required
def message(message_id: uuid.UUID) -> str:
    return render_template(
        "webhooks/message.html",
        message=load_message(message_id),
        tries=tries_of(db.session(), message_id),
        most_tries=MOST_TRIES,
    )


@webhooks.post("/staff/webhooks/messages/<uuid:message_id>/replay")
@login_required
def replay(message_id: uuid.UUID) -> ResponseReturnValue:
    """Send one message again, under the same id."""
    endpoint = load_message(message_id).endpoint
    is_replayed = messages.replay_message(db.session(), message_id)
    db.session.commit()
    again = f"The message is sent again{once_enabled(endpoint)}."
    flash(again if is_replayed else "The message is still on its way.")
    return redirect(url_for(".message", message_id=message_id), 303)


def once_enabled(endpoint: WebhookEndpoint) -> str:
    """The end of a sentence that says when something is sent, if that is not now."""
    return "" if endpoint.is_enabled else " once the endpoint is enabled"


def load_message(message_id: uuid.UUID) -> WebhookMessage:
    """Like `load`; a message is deleted with its endpoint."""
    return find_message(db.session(), message_id) or refuse_gone(message_id)


def show_new(form: EndpointForm, problem: str | None = None) -> str:
    return render_template("webhooks/new.html", form=form, problem=problem)


def is_as_typed(added: WebhookEndpoint, form: EndpointForm) -> bool:
    """Whether it is what the form says, and still has its first secret."""
    return fingerprint_of(added) == fingerprint(**form.typed()) and added.previous_secret is None


def lead_to_secret(endpoint: WebhookEndpoint, title: str) -> ResponseReturnValue:
    """Redirect to the secret. The session, a cookie, does not contain it: only that this browser
    may see it once."""
    session[SHOWN_ONCE] = {"endpoint_id": str(endpoint.id), "title": title}
    return redirect(url_for(".secret", endpoint_id=endpoint.id), 303)


def show_endpoint(endpoint: WebhookEndpoint, form: ReplayForm, problem: str | None = None) -> str:
    return render_template(
        "webhooks/endpoint.html",
        endpoint=endpoint,
        is_failing=endpoint.id in failing_endpoints(db.session()),
        messages=messages_of(db.session(), endpoint.id),
        previous_signs=bool(endpoint.replaced_secrets(utc_now())),
        form=form,
        problem=problem,
    )
