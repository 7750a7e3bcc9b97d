"""The second step: asked for at sign-in, set up and turned off in the settings."""

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.accounts.forms import CodeForm, OwnPasswordForm, SecondStepForm
from app.accounts.models import Staff
from app.accounts.second_step import (
    WrongCode,
    is_secret,
    make_secret,
    qr_code,
    turn_off,
    turn_on,
    use_code,
)
from app.accounts.sessions import begin_session, signed_in_before, who_awaits_code
from app.accounts.tries import FROM_NETWORK
from app.accounts.views import NEW_PASSWORDS, TRIED_TOO_OFTEN, enter
from app.extensions import csrf, limiter
from app.firm.brand import current_brand
from app.platform.database import db
from app.platform.settings import current_config
from app.web.site_form import EXPIRED

WRONG_CODES = "5 per 15 minutes"
log = structlog.get_logger()

second_step = Blueprint("second_step", __name__, template_folder="templates")


@second_step.before_app_request
def require_second_step() -> ResponseReturnValue | None:
    """With STAFF_SECOND_STEP, staff without a second step must set one up before they see any other
    page. Forms are still accepted, so that nothing typed is lost."""
    if (
        not current_config().STAFF_SECOND_STEP
        or request.method != "GET"
        or not request.path.startswith("/staff/")
        or request.endpoint == f"{second_step.name}.{settings.__name__}"
        or not current_user.is_authenticated
        or current_user.has_second_step
    ):
        return None
    flash("Everyone here needs a second step. Set one up to continue.")
    return redirect(url_for("second_step.settings"), 303)


@second_step.after_request
def keep_nowhere(response: Response) -> Response:
    """Forbid the browser to store pages that show secrets and recovery codes."""
    response.headers["Cache-Control"] = "no-store"
    return response


@second_step.get("/staff/login/code")
def ask() -> ResponseReturnValue:
    if who_awaits_code() is None:
        return redirect(url_for("accounts.login"))
    return show_code(CodeForm(formdata=None))


@second_step.post("/staff/login/code")
@csrf.exempt  # as at the login before it
@limiter.limit(FROM_NETWORK)
@limiter.limit(
    WRONG_CODES,
    key_func=lambda: _id_of(who_awaits_code()),
    deduct_when=lambda answer: answer.status_code != 303,
)
def try_code() -> ResponseReturnValue:
    """Sign in whoever has just given their password."""
    staff = who_awaits_code()
    if staff is None:
        flash("That took too long. Begin again with your password.")
        return redirect(url_for("accounts.login", next=request.args.get("next")), 303)
    form = CodeForm()
    if not form.validate():
        return show_code(form, EXPIRED if form.is_expired else None), form.refusal
    if not use_code(db.session(), staff, form.code.data or ""):
        db.session.rollback()
        log.warning("staff.refused", actor=staff.actor, because="code")
        form.code.errors = ["This code is not right, or it was used before."]
        return show_code(form), 422
    return enter(staff)


@second_step.get("/staff/settings/second-step")
@login_required
def settings() -> ResponseReturnValue:
    if current_user.has_second_step:
        return show_turn_off(OwnPasswordForm(formdata=None))
    return show_set_up(SecondStepForm(formdata=None, secret=make_secret()))


@second_step.post("/staff/settings/second-step")
@login_required
@limiter.limit(NEW_PASSWORDS, key_func=lambda: _id_of(current_user))
def set_up() -> ResponseReturnValue:
    """Turn the second step on for oneself, once a code shows that the app has the secret."""
    if current_user.has_second_step:
        flash("The second step is on already.")
        return redirect(url_for(".settings"), 303)
    form = SecondStepForm()
    if not is_secret(form.secret.data or ""):
        return redirect(url_for(".settings"), 303)
    if not form.validate():
        return show_set_up(form), 422
    staff = db.session.get_one(Staff, current_user.id)
    try:
        codes = turn_on(staff, form.secret.data or "", form.code.data or "")
    except WrongCode:
        form.code.errors = ["This is not the code that the app shows now."]
        return show_set_up(form), 422
    db.session.commit()
    log.info("staff.second_step_on", actor=staff.actor)
    begin_session(staff, signed_in_before())
    return render_template("accounts/recovery_codes.html", codes=codes)


@second_step.post("/staff/settings/second-step/off")
@login_required
@limiter.limit(NEW_PASSWORDS, key_func=lambda: _id_of(current_user))
def end() -> ResponseReturnValue:
    """Turn the second step off for oneself."""
    form = OwnPasswordForm()
    if not form.validate():
        return show_turn_off(form), 422
    turn_off(current_user)
    db.session.commit()
    log.info("staff.second_step_off", actor=current_user.actor)
    begin_session(current_user, signed_in_before())
    flash("The second step is off. Every other device is signed out.")
    return redirect(url_for("accounts.settings"), 303)


@second_step.errorhandler(TooManyRequests)
def show_too_many_tries(_: TooManyRequests) -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return show_code(CodeForm(formdata=None), TRIED_TOO_OFTEN), 429
    if current_user.has_second_step:
        return show_turn_off(OwnPasswordForm(formdata=None), TRIED_TOO_OFTEN), 429
    form = SecondStepForm(formdata=None, secret=make_secret())
    return show_set_up(form, TRIED_TOO_OFTEN), 429


def show_code(form: CodeForm, problem: str | None = None) -> str:
    return render_template("accounts/code.html", form=form, problem=problem)


def show_set_up(form: SecondStepForm, problem: str | None = None) -> str:
    secret = form.secret.data or ""
    qr = qr_code(secret, email=current_user.email, firm=current_brand().name)
    return render_template("accounts/second_step.html", form=form, problem=problem, qr=qr)


def show_turn_off(form: OwnPasswordForm, problem: str | None = None) -> str:
    return render_template("accounts/second_step_off.html", form=form, problem=problem)


def _id_of(staff: Staff | None) -> str:
    return str(staff.id) if staff else "nobody"
