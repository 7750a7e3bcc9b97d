"""Serves a file as a download, never for display, so that nothing in it runs on our pages."""

from flask import Response, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.attachments.models import Attachment
from app.platform.storage.protocol import Storage

TYPES = {"pdf": "application/pdf", "png": "image/png"}
HEADERS = {
    # If a browser displays it anyway, it is in a sandbox without an origin and may do nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
RETRY_AFTER_SECONDS = 30


def response_for(attachment: Attachment, storage: Storage) -> Response:
    """Stream the file. Raises FileMissing and StorageUnavailable."""
    response = send_file(
        storage.open(attachment.id),
        mimetype=TYPES[attachment.kind],
        as_attachment=True,
        download_name=attachment.name,
    )
    response.content_length = attachment.size_bytes
    response.headers.update(HEADERS)
    return response


def show_unavailable() -> ResponseReturnValue:
    page = render_template(
        "errors/error.html",
        code=503,
        title=gettext("The file can’t be fetched right now"),
        message=gettext("It is stored, but the storage is not answering."),
        next_step=gettext("Wait a moment, then try again."),
    )
    return page, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
