"""The form that a message is typed into, on either side."""

import uuid

from flask_babel import lazy_gettext
from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from app.web.fields import LongTextField, storable
from app.web.site_form import SiteForm


class MessageForm(SiteForm):
    """A message. ``form_id`` is new with every page, and makes a second press no second message."""

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
