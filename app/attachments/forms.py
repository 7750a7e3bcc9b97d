"""The form that adds one file."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext
from flask_wtf.file import FileField, FileRequired

from app.web.site_form import SiteForm


class UploadField(FileField):
    """One file, as it was sent; the form itself reads no files."""

    def process_formdata(self, _: list[Any]) -> None:
        super().process_formdata(request.files.getlist(self.name))


class AttachmentForm(SiteForm):
    """What the file is, is found out from its content: ``accept`` only narrows the dialog."""

    file = UploadField(
        lazy_gettext("A diagram or document"),
        description=lazy_gettext("PDF or PNG, up to 10 MB."),
        validators=[FileRequired(lazy_gettext("Choose a file first."))],
        render_kw={"accept": ".pdf,.png,application/pdf,image/png"},
    )
