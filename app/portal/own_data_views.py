"""What prospects do with their own data: download the trail and a copy, withdraw, erase."""

from pathlib import Path

import msgspec
from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.applications.drafts.browser_draft import forgetting
from app.applications.erasure import AlreadyErased
from app.applications.events import ApplicationWithdrawn
from app.applications.models import Application
from app.applications.pages import open_application
from app.applications.service import NotOpen, withdraw_application
from app.engagements.queries import events_about, is_bound
from app.extensions import csrf, limiter
from app.messages.forms import MessageForm
from app.platform.database import db
from app.portal import trail_check
from app.portal.export import export_own_data
from app.portal.forms import ConfirmForm, WithdrawalForm
from app.portal.pages import keep_private, progress_of, show_page
from app.portal.service import Bound, erase_own_data
from app.portal.timeline import latest_words
from app.portal.trail import make_trail

own_data = Blueprint("own_data", __name__, template_folder="templates")
own_data.after_request(keep_private)


@own_data.get("/trail_check.py")
def checker() -> Response:
    """The source of the program that checks a trail."""
    program = Path(trail_check.__file__)
    return send_file(program, "text/x-python", as_attachment=True, download_name=program.name)


@own_data.get("/applications/<token>/trail.json")
@limiter.limit("60 per hour")
def trail(token: str) -> Response:
    """Every event about the application with its hash chain, to keep and to check."""
    application = open_application(token)
    made = make_trail(db.session(), application, progress_of(application).turn)
    return as_file(made, f"trail-{application.reference}.json")


@own_data.get("/applications/<token>/export.json")
@limiter.limit("60 per hour")
def export(token: str) -> Response:
    """Everything that is stored about the prospect, except the firm's own notes."""
    application = open_application(token)
    return as_file(export_own_data(db.session(), application), f"data-{application.reference}.json")


@own_data.get("/applications/<token>/withdraw")
def ask_to_withdraw(token: str) -> str:
    """Say what withdrawing means, with the button for it."""
    return show_withdrawal(open_application(token), WithdrawalForm(formdata=None))


@own_data.post("/applications/<token>/withdraw")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit("30 per hour")
def withdraw(token: str) -> ResponseReturnValue:
    """Withdraw the application. A second click changes nothing."""
    application = open_application(token)
    form = WithdrawalForm()
    if not form.validate():
        return show_withdrawal(application, form), form.refusal
    try:
        withdraw_application(db.session(), application.id, form.message.data or "")
        db.session.commit()
    except NotOpen:
        db.session.rollback()
        return answer_too_late(token, form.message.data or "")
    return redirect(url_for("portal.status", token=token), 303)


@own_data.get("/applications/<token>/erase")
def ask_to_erase(token: str) -> str:
    """Say what is erased and what stays, with the button for it."""
    return show_erasure(open_application(token), ConfirmForm(formdata=None))


@own_data.post("/applications/<token>/erase")
@csrf.exempt  # as above
@limiter.limit("30 per hour")
def erase(token: str) -> ResponseReturnValue:
    """Erase the person, unless there is a contract, whose records have to be kept."""
    application = open_application(token)
    form = ConfirmForm()
    if not form.validate():
        return show_erasure(application, form), form.refusal
    try:
        erase_own_data(db.session(), application.id)
        db.session.commit()
    except Bound:
        db.session.rollback()
        return show_erasure(application, form), 409
    except AlreadyErased:
        db.session.rollback()
    return forgetting(redirect(url_for("portal.status", token=token), 303))


def answer_too_late(token: str, reason: str) -> ResponseReturnValue:
    """Say that the application was already decided or withdrawn. If the reason was not recorded, it
    is offered as the text of a message."""
    application = open_application(token)  # they may have erased themselves in the meantime
    events = events_about(db.session(), application, None)
    is_recorded = not reason or latest_words(events, ApplicationWithdrawn) == reason
    is_decided = application.status != "withdrawn"
    decided = gettext("It was decided before you withdrew it.")
    if is_recorded:
        if is_decided:
            flash(decided)
        return redirect(url_for("portal.status", token=token), 303)
    before = (
        decided if is_decided else gettext("It had already been withdrawn, perhaps in another tab.")
    )
    not_sent = gettext("What you wrote was not sent; you can send it as a message.")
    flash(f"{before} {not_sent}")
    return show_page(
        application, message_form=MessageForm(formdata=None, data={"text": reason})
    ), 409


def as_file(content: object, name: str) -> Response:
    """Indented JSON as a download with that file name."""
    body = msgspec.json.format(msgspec.json.encode(content), indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="application/json", headers=headers)


def show_withdrawal(application: Application, form: WithdrawalForm) -> str:
    return render_template("portal/withdraw.html", application=application, form=form)


def show_erasure(application: Application, form: ConfirmForm) -> str:
    return render_template(
        "portal/erase.html",
        application=application,
        is_bound=is_bound(db.session(), application.id),
        form=form,
    )
