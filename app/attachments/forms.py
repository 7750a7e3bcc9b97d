"""The form that adds one file."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext
from flask_wtf.file import FileField, FileRequired

from app.web.site_form import SiteForm


class UploadField(FileField):
    """One file from the request; SiteForm itself does not read files."""

    def process_formdata(self, _: list[Any]) -> None:
        super().process_formdata(request.files.getlist(self.name))


class AttachmentForm(SiteForm):
    """A file. ``accept`` only narrows the file dialog; the type is determined from the content."""

    file = UploadField(
        lazy_gettext("A diagram or document"),
        description=lazy_gettext("PDF or PNG, up to 10 MB."),
        validators=[FileRequired(lazy_gettext("Choose a file first."))],
        render_kw={"accept": ".pdf,.png,application/pdf,image/png"},
    )
