"""The form that a message is typed into, on either side."""

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.applications.fields import storable, trimmed

LONGEST_MESSAGE = 4000


class MessageForm(FlaskForm):
    """A message. ``form_id`` is new with every page, and makes a second press no second message."""

    text = TextAreaField(
        "Your message",
        filters=[trimmed],
        # With a maximum in the page a browser cuts what is pasted, and says nothing.
        render_kw={"maxlength": False, "rows": 6},
        validators=[
            DataRequired("Write your message first."),
            storable,
            Length(max=LONGEST_MESSAGE, message=f"Use at most {LONGEST_MESSAGE:,} characters."),
        ],
    )
    form_id = HiddenField(default=lambda: uuid.uuid4().hex)
