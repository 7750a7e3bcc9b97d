"""Error pages: what happened, and what to do next. Never a stack trace, never a value.

Under /api/ they are problem details (RFC 9457) instead.
"""

from http import HTTPStatus
from typing import Final

import structlog
from flask import Flask, json, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
    ServiceUnavailable,
)

from app.platform.database import DATABASE_AWAY, db, kind_of
from app.web.maintenance import UnderMaintenance

RETRY_AFTER_SECONDS = 5
PROBLEM_TYPE = ("Content-Type", "application/problem+json")
# Pages to write long texts on, which browsers don't keep.
WRITERS_PAGES: Final = ("/applications/", "/apply/", "/staff/applications/")
HIDDEN: Final = {"csrf_token", "form_id", "seen_saves", "overwrites"}  # in their forms
MOST_BYTES_GIVEN_BACK: Final = 2_000_000
OTHER_NAME: Final = "This site does not answer to that name."
SIGNED_IN: Final = "_user_id"  # where Flask-Login keeps the id of the session's user
log = structlog.get_logger()

PAGES = {
    400: (
        lazy_gettext("That request could not be read"),
        lazy_gettext("Something in it was missing, too old or changed on the way."),
        lazy_gettext("Go back, reload the page and send it again."),
    ),
    404: (
        lazy_gettext("There is nothing at this address"),
        lazy_gettext("The page may have moved, or the link may be incomplete or no longer valid."),
        lazy_gettext("Check the link, or start again from the home page."),
    ),
    405: (
        lazy_gettext("This address does not accept that request"),
        lazy_gettext("The page exists, but can’t be requested this way."),
        lazy_gettext("Go back and use the page’s own buttons and links."),
    ),
    409: (
        lazy_gettext("Somebody was here first"),
        lazy_gettext("What you sent was based on something that has changed since."),
        lazy_gettext("Reload the page, look at what is there now, and decide again."),
    ),
    410: (
        lazy_gettext("This application has been erased"),
        lazy_gettext(
            "What was stored about the person who sent it is gone for good, as they asked. The"
            " log still shows that there was an application, with figures and no name."
        ),
        lazy_gettext("There is nothing left to do. You can apply again from the home page."),
    ),
    413: (
        lazy_gettext("That was too large"),
        lazy_gettext("The site takes up to 256 KB of text in one request."),
        lazy_gettext("Go back, shorten what you wrote and send it again."),
    ),
    429: (
        lazy_gettext("Too many attempts"),
        lazy_gettext("This came from your network more often than the site allows."),
        lazy_gettext("Wait up to an hour, then try again."),
    ),
    500: (
        lazy_gettext("Something broke on our side"),
        lazy_gettext(
            "The error has been logged with the number below. Nothing half-done was kept."
        ),
        lazy_gettext("Try again; if it keeps happening, write to us and quote the number."),
    ),
    503: (
        lazy_gettext("The site cannot reach its database"),
        lazy_gettext("This usually lasts seconds."),
        lazy_gettext("Wait a moment, then reload this page."),
    ),
}
# What to do next where it is something else for a member of staff at work.
AT_DESK: Final = {
    404: "Check the link, or start again from the applications.",
    410: "There is nothing left to do.",
    500: "Try again; if it keeps happening, give whoever runs this site the number.",
}
# For a 503 in answer to a form.
STILL_TYPED: Final = lazy_gettext(
    "This usually lasts seconds. What you typed is still in your browser."
)
SEND_BY_RELOADING: Final = lazy_gettext("Wait a moment, then reload this page to send it again.")
COPY_AND_SHORTEN: Final = lazy_gettext(
    "Copy what you wrote from below, go back, and send less of it."
)
SEND_BY_BUTTON: Final = lazy_gettext("Wait a moment, then press the button.")


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(Exception, show_crash)
    for unreachable in DATABASE_AWAY:
        app.register_error_handler(unreachable, show_unavailable)


def show_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    is_for_programs = request.path.startswith("/api/")
    if isinstance(error, SecurityError):
        if is_for_programs:
            return problem_details(400, OTHER_NAME), 400, [PROBLEM_TYPE]
        # Under a host name that isn't ours no link can be made, and so no page.
        return f"{OTHER_NAME}\n", 400, {"Content-Type": "text/plain"}
    typed = typed_fields() if error.code in {429, 503} else ()
    written = written_texts() if error.code in {404, 410, 413} else ()
    title, message, next_step = page_of(error, by_button=bool(typed), gives_back=bool(written))
    headers = [(k, v) for k, v in error.get_headers() if k in {"Retry-After", "Allow"}]
    if is_for_programs:
        return problem_details(error.code, f"{title}."), error.code, [*headers, PROBLEM_TYPE]
    at_desk = is_at_desk(error.code)
    page = render_template(
        "errors/error.html",
        code=error.code,
        title=title,
        message=message,
        next_step=AT_DESK.get(error.code, next_step) if at_desk else next_step,
        typed=typed,
        written=written,
        at_desk=at_desk,
        without_database=error.code >= 500,
    )
    return page, error.code, headers


def page_of(error: HTTPException, *, by_button: bool, gives_back: bool) -> tuple[str, str, str]:
    """The page's heading, what happened, and what to do next. ``by_button``: the page has a button
    that sends again what was typed; ``gives_back``: it shows what was written."""
    if isinstance(error, UnderMaintenance):
        return error.page
    code = error.code or 500
    page = PAGES.get(code, PAGES[400 if code < 500 else 500])
    if code == 503 and request.method == "POST":
        return page[0], STILL_TYPED, SEND_BY_BUTTON if by_button else SEND_BY_RELOADING
    if code == 413 and gives_back:
        return page[0], page[1], COPY_AND_SHORTEN
    return page


def is_at_desk(code: int) -> bool:
    """Whether the visitor is a member of staff at work. Who is signed in is in the database, which
    is not asked after something has broken: then the session's word is enough, for a page that
    shows nobody's data."""
    if not request.path.startswith("/staff/"):
        return False
    return SIGNED_IN in session if code >= 500 else current_user.is_authenticated


def typed_fields() -> tuple[tuple[str, str], ...]:
    """What a form sent, so that its sender can send it again. Nothing from staff's pages, where
    passwords are typed, and nothing with a file, which no page can hold."""
    return () if request.path.startswith("/staff/") else sent_fields()


def written_texts() -> tuple[str, ...]:
    """What somebody wrote, for them to copy, if the page is gone by the time they send it or they
    wrote more than the site takes. Going back doesn't restore it, since browsers don't keep these
    pages. Single words are left out: they are choices, or quickly typed again."""
    if not request.path.startswith(WRITERS_PAGES):
        return ()
    request.max_content_length = request.max_form_memory_size = MOST_BYTES_GIVEN_BACK
    texts = (text for name, text in sent_fields() if name not in HIDDEN)
    return tuple(text for text in texts if len(text.split(maxsplit=1)) > 1)


def sent_fields() -> tuple[tuple[str, str], ...]:
    """The fields of the form that was sent; none if it has files or is too large."""
    try:
        return () if request.files else tuple(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return ()


def problem_details(status: int, detail: str) -> str:
    """The error for programs; a type of "about:blank" says no more than the status does."""
    title = HTTPStatus(status).phrase
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})


def show_crash(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    # The exception's text may quote what somebody typed; its type and place do not.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    log.error(
        "request.crashed",
        error=kind_of(error),
        file=place.tb_frame.f_code.co_filename if place else None,
        line=place.tb_lineno if place else None,
        route=request.url_rule.rule if request.url_rule else None,
    )
    return show_error(InternalServerError())


def show_unavailable(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.error("request.database_unreachable", error=kind_of(error))
    return show_error(ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS))
