"""Staff sessions: begun at the login, ended after some hours, and what a request gets after
that."""

import time
from datetime import UTC, datetime

from flask import current_app, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import login_url, login_user

from app.accounts.models import Staff
from app.accounts.queries import find_staff_of_session
from app.extensions import csrf, login_manager
from app.platform.database import db
from app.platform.settings import current_config

SIGNED_IN_AT = "signed_in_at"
SIGNED_IN_BEFORE = "signed_in_before"
AWAITED = "code_of"
AWAITED_SINCE = "code_since"
LONGEST_WAIT_SECONDS = 600

# It would mark sessions that move to another network as stale, which nothing here reads.
login_manager.session_protection = None


def begin_session(staff: Staff, before: datetime | None) -> None:
    """Begin a new session, which keeps nothing of the previous one except its time."""
    session.clear()
    session[SIGNED_IN_AT] = int(time.time())
    session[SIGNED_IN_BEFORE] = before and int(before.timestamp())
    login_user(staff)


def await_code(staff: Staff) -> None:
    """Begin a session that does not sign anybody in: it holds who gave their password, and when."""
    session.clear()
    session[AWAITED] = staff.get_id()
    session[AWAITED_SINCE] = int(time.time())


def who_awaits_code() -> Staff | None:
    """Who has just given their password in this browser and still has to give a code."""
    if time.time() - session.get(AWAITED_SINCE, 0) > LONGEST_WAIT_SECONDS:
        return None
    return find_staff_of_session(db.session(), session[AWAITED])


def signed_in_before() -> datetime | None:
    """When the person who is signed in last signed in before, in UTC, so that they can tell whether
    that was them."""
    before = session.get(SIGNED_IN_BEFORE)
    return datetime.fromtimestamp(before, UTC) if before else None


@login_manager.user_loader
def load_staff(signed: str) -> Staff | None:
    """The session's owner, or None if they signed in too long ago."""
    longest = current_config().STAFF_SESSION_HOURS * 3600
    if time.time() - session.get(SIGNED_IN_AT, 0) > longest:
        return None
    return find_staff_of_session(db.session(), signed)


@login_manager.unauthorized_handler
def ask_to_sign_in() -> ResponseReturnValue:
    """Redirect to the login. If a form was sent whose view keeps what was typed despite an expired
    token (and every token expires at a login), answer with a page that holds the text until
    then."""
    view = current_app.view_functions[request.endpoint or ""]
    if request.form and f"{view.__module__}.{view.__name__}" in csrf._exempt_views:  # noqa: SLF001
        fields = request.form.items(multi=True)
        typed = [(name, value) for name, value in fields if name != "csrf_token"]
        return render_template("accounts/signed_out.html", typed=typed), 401
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Refresh": "true"}  # else the login would replace a part of the page
    flash("Sign in to see that page.")
    return redirect(login_url("accounts.login", request.url))
