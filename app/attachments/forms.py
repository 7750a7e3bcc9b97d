"""The form that adds one file."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class AttachmentForm(FlaskForm):
    """What the file is, is found out from its content: ``accept`` only narrows the dialog."""

    file = FileField(
        "A diagram or document",
        description="PDF or PNG, up to 10 MB.",
        validators=[FileRequired("Choose a file first.")],
        render_kw={"accept": ".pdf,.png,application/pdf,image/png"},
    )
