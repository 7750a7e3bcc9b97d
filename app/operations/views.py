"""/staff/events/: the flow as it is now, the log, and one event."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts.queries import name_of, staff_names
from app.applications.intake.standing import intake_figures
from app.bridges.queries import bridge_figures
from app.chat.queries import chat_figures
from app.chat.service import send_failed_again
from app.circuits.names import service_name
from app.circuits.queries import list_circuits
from app.events.delivery.figures import FlowFigures, flow_figures, pairs_done_lately
from app.events.delivery.pausing import pause_subscriber, pauses, resume_subscriber
from app.events.subscription import current_subscriptions
from app.events.types import declared_events
from app.notifications.letters.names import letter_name
from app.notifications.queries import count_unsent_mail_by_status, failed_mail
from app.notifications.service import send_failed_mail_again
from app.operations.failures import dead_letter_groups, retrying_deliveries
from app.operations.forms import LogForm
from app.operations.log import Filters, log_page
from app.operations.picture import Picture, draw_flow
from app.operations.replay.queries import latest_replays
from app.operations.story import find_event
from app.operations.trouble import Trouble, count_trouble
from app.platform.database import db
from app.platform.outbound_hold.service import outbound_held_since, release_outbound
from app.webhooks.queries import endpoint_rows, place_figures

operations = Blueprint("operations", __name__, template_folder="templates")
operations.add_app_template_filter(name_of)
operations.add_app_template_filter(letter_name)
operations.add_app_template_filter(service_name)

LATEST_EVENTS = 10


@operations.app_template_global()
def trouble_now() -> Trouble:
    """For the layout of the staff's pages, which asks if somebody is signed in; error pages have
    another layout, and need no database."""
    return count_trouble(db.session())


@operations.get("/staff/events/")
@login_required
def events() -> str:
    session = db.session()
    figures = flow_figures(session)
    return render_template(
        "operations/events.html",
        outbound_held_since=outbound_held_since(session),
        unsent_mail=count_unsent_mail_by_status(session),
        flow=figures,
        picture=picture_of(figures),
        names=staff_names(session),
        groups=dead_letter_groups(session),
        replays=latest_replays(session),
        bridges=bridge_figures(session),
        intake=intake_figures(session),
        webhooks=endpoint_rows(session),
        failed_mail=failed_mail(session),
        webhook_place=place_figures(session),
        chat=chat_figures(session),
        circuits=list_circuits(session),
        retrying=retrying_deliveries(session),
        latest=log_page(session, Filters()).rows[:LATEST_EVENTS],
    )


@operations.get("/staff/events/picture")
@login_required
def picture() -> str:
    """The part of the page that refreshes itself."""
    figures = flow_figures(db.session())
    return render_template(
        "operations/_picture.html",
        flow=figures,
        picture=picture_of(figures),
        names=staff_names(db.session()),
    )


@operations.post("/staff/events/subscribers/<name>/pause")
@login_required
def pause(name: str) -> ResponseReturnValue:
    check_subscriber(name)
    pause_subscriber(db.session(), name, actor=current_user.actor)
    db.session.commit()
    flash(f"{name} is paused. What is recorded in the meantime is kept for it, in order.")
    return redirect(url_for(".events", _anchor=f"subscriber-{name}"), 303)


@operations.post("/staff/events/subscribers/<name>/resume")
@login_required
def resume(name: str) -> ResponseReturnValue:
    check_subscriber(name)
    resume_subscriber(db.session(), name, actor=current_user.actor)
    db.session.commit()
    flash(f"{name} is resumed, starting with what has waited for it.")
    return redirect(url_for(".events", _anchor=f"subscriber-{name}"), 303)


@operations.post("/staff/events/mail/send-again")
@login_required
def send_mail_again() -> ResponseReturnValue:
    """Try again what the mail server refused, once the reason is fixed."""
    count = send_failed_mail_again(db.session())
    db.session.commit()
    queued = f"{count} {'mail is' if count == 1 else 'mails are'} queued again."
    flash(queued if count else "Nothing is sent again: no mail is refused any more.")
    return redirect(url_for(".events"), 303)


@operations.post("/staff/events/chat/send-again")
@login_required
def send_chat_again() -> ResponseReturnValue:
    """Try again what the chat refused, once the reason is fixed."""
    count = send_failed_again(db.session())
    db.session.commit()
    sent = f"{count} {'message is' if count == 1 else 'messages are'} sent to the chat again."
    nothing = "Nothing is sent again: nothing is refused any more, or the channel is switched off."
    flash(sent if count else nothing)
    return redirect(url_for(".events"), 303)


@operations.post("/staff/events/release")
@login_required
def release() -> ResponseReturnValue:
    """End the outbound hold; a second press changes nothing."""
    was_held = release_outbound(db.session(), actor=current_user.actor)
    db.session.commit()
    flash("What waited is sent now." if was_held else "Nothing was held back any more.")
    return redirect(url_for(".events"), 303)


@operations.get("/staff/events/log")
@login_required
def log() -> ResponseReturnValue:
    form = LogForm(sorted(declared_events()), staff_names(db.session()), formdata=request.args)
    filters = form.filters()
    before = request.args.get("before", type=int)
    page = render_template(
        "operations/log.html",
        form=form,
        chosen={field.name: field.data for field in form if field.data},
        before=before,
        page=None if form.errors else log_page(db.session(), filters, before),
    )
    return page, form.refusal if form.errors else 200


@operations.get("/staff/events/<uuid:event_id>")
@login_required
def event(event_id: uuid.UUID) -> str:
    story = find_event(db.session(), event_id)
    if story is None:
        abort(404)
    return render_template("operations/event.html", event=story)


def picture_of(figures: FlowFigures) -> Picture:
    session = db.session()
    busy = pairs_done_lately(session)
    return draw_flow(figures, current_subscriptions(), pauses(session), busy)


def check_subscriber(name: str) -> None:
    if name not in current_subscriptions().names():
        abort(404)
