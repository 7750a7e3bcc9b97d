"""The page on which a draft's files are added and removed, and the downloads.

This is a page of its own and not part of a step: sending a file needs a form with another encoding,
and only this address accepts more than the site's usual 256 KB.
"""

import uuid
from typing import Any

import structlog
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import login_required
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from app.applications.drafts.browser_draft import check_page_is_of, current_draft
from app.applications.drafts.forms import CSRF_EXPIRED
from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.pages import open_step
from app.applications.drafts.service import DraftSealed, NotThisDraft
from app.applications.models import Application
from app.applications.pages import open_application
from app.applications.queries import find_application
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.attachments.download import response_for, show_unavailable
from app.attachments.forms import AttachmentForm
from app.attachments.queries import attachments_of, find_attachment
from app.attachments.service import MOST_FILES, NoSuchAttachment, TooManyFiles, remove_attachment
from app.attachments.sniffing import NotAccepted
from app.attachments.upload import MOST_BYTES, TOO_LARGE, take_file
from app.extensions import csrf, limiter
from app.platform.database import db
from app.platform.storage.address import current_storage
from app.platform.storage.protocol import FileMissing, StorageUnavailable
from app.web.errors import show_error

STEP = "problem"
UPLOADS = "60 per hour"
# For the form's other fields and the multipart boundaries.
ROOM_BESIDE_THE_FILE = 64 * 1024
TOO_OFTEN = lazy_gettext(
    "Many files were sent from your network within an hour. Wait a few minutes, then send it again."
)
NOT_NOW = lazy_gettext(
    "The file can’t be stored right now. Nothing else is lost: send it again soon."
)

log = structlog.get_logger()
attachments = Blueprint("attachments", __name__, template_folder="templates")


class NoDraft(Exception):
    """This browser has no draft."""


@attachments.app_context_processor
def files_for_templates() -> dict[str, Any]:
    """Give the form's templates access to a draft's files: their domain is below this one and can't
    import it. The query runs only if a template calls it."""
    return {"attachments_of": lambda draft: attachments_of(db.session(), draft.id) if draft else ()}


@attachments.get("/apply/attachments")
def index() -> ResponseReturnValue:
    """The files of this browser's draft."""
    return show_files(open_draft(), AttachmentForm(formdata=None))


@attachments.post("/apply/attachments")
@csrf.exempt  # the form checks the token itself, after the limit on the body's size is set
@limiter.limit(UPLOADS)
def add() -> ResponseReturnValue:
    """Add one file. A body that is too large is not read at all."""
    request.max_content_length = MOST_BYTES + ROOM_BESIDE_THE_FILE
    draft = open_draft()
    form = AttachmentForm()
    if not form.validate():
        return show_files(draft, form, form.refusal)
    check_page_is_of(draft)
    file = form.file.data
    try:
        take_file(db.session(), current_storage(), draft.id, file.stream, file.filename or "")
    except NotAccepted as refused:
        return refuse_file(draft, str(refused), 422)
    except TooManyFiles:
        too_many = gettext(
            "An application can have at most %(most)s files. Remove one first.", most=MOST_FILES
        )
        return refuse_file(draft, too_many, 422)
    except StorageUnavailable:
        return refuse_file(draft, NOT_NOW, 503)
    flash(gettext("The file is attached."))
    return redirect(url_for(".index"), 303)


@attachments.post("/apply/attachments/<uuid:attachment_id>/remove")
def remove(attachment_id: uuid.UUID) -> ResponseReturnValue:
    """Remove one file. A second click changes nothing."""
    draft = open_draft()
    check_page_is_of(draft)
    try:
        remove_attachment(db.session(), draft.id, attachment_id)
        db.session.commit()
        flash(gettext("The file is removed."))
    except NoSuchAttachment:
        db.session.rollback()
    return redirect(url_for(".index"), 303)


@attachments.get("/applications/<token>/attachments/<uuid:attachment_id>")
def download(token: str, attachment_id: uuid.UUID) -> ResponseReturnValue:
    """Download a file as the prospect, by the link to their own page."""
    return send_attachment(open_application(token), attachment_id)


@attachments.get("/staff/applications/<uuid:application_id>/attachments/<uuid:attachment_id>")
@login_required
def download_for_staff(application_id: uuid.UUID, attachment_id: uuid.UUID) -> ResponseReturnValue:
    application = find_application(db.session(), application_id)
    if application is None:
        abort(404)
    return send_attachment(application, attachment_id)


@attachments.errorhandler(RequestEntityTooLarge)
@attachments.errorhandler(TooManyRequests)
def answer_too_much(error: RequestEntityTooLarge | TooManyRequests) -> ResponseReturnValue:
    """Show the error at the field if there is a draft, else as a page."""
    draft = current_draft()
    if draft is None or draft.submitted_at:
        return show_error(error)
    problem = TOO_LARGE if isinstance(error, RequestEntityTooLarge) else TOO_OFTEN
    return refuse_file(draft, problem, error.code)


@attachments.errorhandler(NotThisDraft)
def answer_other(_: NotThisDraft) -> ResponseReturnValue:
    flash(
        gettext(
            "Nothing was changed: this browser now has a different form open. These are its files."
        )
    )
    return redirect(url_for(".index"), 303)


@attachments.errorhandler(NoDraft)
def answer_stranger(_: NoDraft) -> ResponseReturnValue:
    return redirect(url_for("application_form.start"), 303)


@attachments.errorhandler(DraftSealed)
@attachments.errorhandler(NoSuchAttachment)
def answer_sealed(_: Exception) -> ResponseReturnValue:
    """Redirect to the page that says that the draft has already been sent."""
    db.session.rollback()
    return redirect(url_for("application_form.step", key=STEP_KEYS[-1]), 303)


def open_draft() -> KeptDraft:
    """This browser's draft. Raises NoDraft and DraftSealed."""
    draft = current_draft()
    if draft is None:
        raise NoDraft
    if draft.submitted_at:
        raise DraftSealed(draft.id)
    return draft


def refuse_file(draft: KeptDraft, problem: str, status: int) -> ResponseReturnValue:
    """The page, with the problem shown at the field."""
    form = AttachmentForm(formdata=None)
    form.file.errors = [problem]
    return show_files(draft, form, status)


def show_files(draft: KeptDraft, form: AttachmentForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "attachments/index.html",
        form=form,
        draft=draft,
        files=attachments_of(db.session(), draft.id),
        most_files=MOST_FILES,
        most_bytes=MOST_BYTES,
        too_large=TOO_LARGE,
        step=current_questionnaire().step(STEP),
        is_ready=open_step(draft).key == STEP_KEYS[-1],
        trouble=CSRF_EXPIRED if form.is_expired else "",
    )
    return page, status


def send_attachment(application: Application, attachment_id: uuid.UUID) -> ResponseReturnValue:
    """Send the file; 404 if there is none, or if it belongs to another application."""
    attachment = find_attachment(db.session(), application.draft_id, attachment_id)
    if attachment is None:
        abort(404)
    try:
        return response_for(attachment, current_storage())
    except FileMissing:
        abort(404)
    except StorageUnavailable as error:
        log.warning("attachment.not_fetched", id=str(attachment_id), error=str(error))
        return show_unavailable()
