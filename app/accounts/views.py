"""Signing in and out, and one's own settings."""

from typing import Any, cast
from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from app.accounts.forms import LoginForm, PasswordForm
from app.accounts.models import Staff
from app.accounts.service import (
    WrongPassword,
    change_password,
    end_sessions,
    note_login,
    sign_in,
)
from app.accounts.sessions import await_code, begin_session, signed_in_before
from app.accounts.tries import (
    FOR_EMAIL,
    FOR_EMAIL_FROM_NETWORK,
    FROM_NETWORK,
    email_from_anywhere,
    email_from_network,
    forget_tries,
    know_browser,
)
from app.extensions import csrf, limiter, login_manager
from app.platform.database import db
from app.web.errors import show_error
from app.web.site_form import EXPIRED

NEW_PASSWORDS = "5 per 15 minutes"
TYPE_ONCE_MORE = "This page was open for too long. Type the passwords once more."
TRIED_TOO_OFTEN = "Too many tries. Wait 15 minutes, then try again."
log = structlog.get_logger()

accounts = Blueprint("accounts", __name__, template_folder="templates")


@accounts.app_context_processor
def who_is_signed_in() -> dict[str, Any]:
    """Give templates the current user, looked up only if one of them reads it."""
    return {"current_user": current_user}


@accounts.get("/staff/login")
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("queue.index"))
    return show_login(LoginForm(formdata=None))


@accounts.post("/staff/login")
@csrf.exempt  # the form checks the token itself, so that an expired one is not a dead end
@limiter.limit(FROM_NETWORK)
@limiter.limit(FOR_EMAIL_FROM_NETWORK, key_func=email_from_network)
@limiter.limit(FOR_EMAIL, key_func=email_from_anywhere)
def try_login() -> ResponseReturnValue:
    """Sign in under a new session. Every refusal looks alike."""
    form = LoginForm()
    if not form.validate():
        if form.is_expired and current_user.is_authenticated:  # signed in in another tab
            return redirect(own_page(request.args.get("next", "")), 303)
        return show_login(form, EXPIRED if form.is_expired else None), form.refusal
    staff = sign_in(db.session(), form.email.data or "", form.password.data or "")
    if staff is None:
        return show_login(form, "The email address or the password is not right."), 422
    forget_tries()
    if not staff.has_second_step:
        return enter(staff)
    db.session.commit()
    await_code(staff)
    return redirect(url_for("second_step.ask", next=request.args.get("next")), 303)


@accounts.errorhandler(TooManyRequests)
def show_too_many_tries(error: TooManyRequests) -> ResponseReturnValue:
    if current_user.is_authenticated:
        return show_settings(PasswordForm(formdata=None), TRIED_TOO_OFTEN), 429
    return show_login(LoginForm(), TRIED_TOO_OFTEN), 429


@accounts.errorhandler(CSRFError)
def show_expired(error: CSRFError) -> ResponseReturnValue:
    """Ask for the new password again, without showing what was typed."""
    # Its view is not exempt as others are, because `ask_to_sign_in` shows what was sent to those.
    if request.endpoint != f"{accounts.name}.{set_password.__name__}":
        return show_error(error)
    if not current_user.is_authenticated:
        return cast(ResponseReturnValue, login_manager.unauthorized())
    return show_settings(PasswordForm(formdata=None), TYPE_ONCE_MORE), 400


@accounts.post("/staff/logout")
@login_required
def logout() -> ResponseReturnValue:
    end_sessions(current_user)
    db.session.commit()
    log.info("staff.signed_out", actor=current_user.actor)
    session.clear()
    flash("You are signed out, here and on every other device.")
    return redirect(url_for(".login"), 303)


@accounts.get("/staff/settings/")
@login_required
def settings() -> ResponseReturnValue:
    return show_settings(PasswordForm(formdata=None))


@accounts.post("/staff/settings/")
@login_required
@limiter.limit(NEW_PASSWORDS, key_func=lambda: str(current_user.id))
def set_password() -> ResponseReturnValue:
    """Change one's own password. Other sessions end; this one continues with a new stamp."""
    form = PasswordForm()
    if not form.validate():
        return show_settings(form), 422
    try:
        change_password(current_user, current=form.current.data or "", new=form.new.data or "")
    except WrongPassword:
        form.current.errors = ["This is not your current password."]
        return show_settings(form), 422
    db.session.commit()
    log.info("staff.password_changed", actor=current_user.actor)
    begin_session(current_user, signed_in_before())
    flash("Your password is changed. Every other device is signed out.")
    return redirect(url_for(".settings"), 303)


def enter(staff: Staff) -> ResponseReturnValue:
    """Begin the session of an authenticated person, and redirect to where they were going."""
    before = note_login(staff)
    db.session.commit()
    begin_session(staff, before)
    log.info("staff.signed_in", actor=staff.actor)
    onward = redirect(own_page(request.args.get("next", "")), 303)
    know_browser(onward, staff.email)
    return onward


def show_login(form: LoginForm, problem: str | None = None) -> str:
    return render_template("accounts/login.html", form=form, problem=problem)


def show_settings(form: PasswordForm, problem: str | None = None) -> str:
    before = signed_in_before()
    return render_template("accounts/settings.html", form=form, problem=problem, before=before)


def own_page(address: str) -> str:
    """The page of this site that ``address`` names, if it answers a GET; otherwise the queue."""
    queue = url_for("queue.index")
    try:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path.startswith("/"):
            return queue
        current_app.url_map.bind("").match(parts.path, method="GET")
    except (ValueError, HTTPException):
        return queue
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
