"""The form that adds one file."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class AttachmentForm(FlaskForm):
    """What the file is, is found out from its content: ``accept`` only narrows the dialog."""

    file = FileField(
        lazy_gettext("A diagram or document"),
        description=lazy_gettext("PDF or PNG, up to 10 MB."),
        validators=[FileRequired(lazy_gettext("Choose a file first."))],
        render_kw={"accept": ".pdf,.png,application/pdf,image/png"},
    )
