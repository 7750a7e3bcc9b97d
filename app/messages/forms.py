"""The form for a message, from either side."""

import uuid

from flask_babel import lazy_gettext
from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from app.web.fields import LongTextField, storable
from app.web.site_form import SiteForm


class MessageForm(SiteForm):
    """A message. Each page gets a new ``form_id``, so that a second press is not a second
    message."""

    text = LongTextField(
        lazy_gettext("Your message"),
        rows=6,
        validators=[
            DataRequired(lazy_gettext("Write your message first.")),
            storable,
            Length(max=4000, message=lazy_gettext("Use at most 4,000 characters.")),
        ],
    )
    form_id = HiddenField(default=lambda: uuid.uuid4().hex)
