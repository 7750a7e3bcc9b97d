"""The forms on the prospect's own page."""

from flask_babel import lazy_gettext
from wtforms import EmailField, Field, Form, StringField
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from app.web.fields import LongTextField, VersionField, mail_address, storable, trimmed
from app.web.site_form import SiteForm

TYPE_FULL_NAME = lazy_gettext("Type your full name to agree.")


def plausible_full_name(_form: Form, field: Field) -> None:
    """Refuse what can't be a full name: initials, digits, signs. Outside ASCII two letters are
    enough, because in some scripts a letter is a syllable or a word, as in 王五."""
    text = field.data or ""
    if sum(map(str.isalpha, text)) < (3 if text.isascii() else 2):
        raise StopValidation(TYPE_FULL_NAME)


class ReplyForm(SiteForm):
    """The answer to a reviewer's question; ``version`` is that of the application whose question
    the page shows."""

    version = VersionField()
    message = LongTextField(
        lazy_gettext("Your answer"),
        rows=8,
        validators=[
            DataRequired(lazy_gettext("Write your answer first.")),
            storable,
            Length(max=4000, message=lazy_gettext("Use at most 4,000 characters.")),
        ],
    )


class AgreementForm(SiteForm):
    """The client's agreement to the engagement, under their own name; ``version`` is that of the
    engagement whose terms the page shows."""

    version = VersionField()
    name = StringField(
        lazy_gettext("Your full name"),
        description=lazy_gettext("Typing it here is your agreement, as your signature would be."),
        filters=[trimmed],
        render_kw={"autocomplete": "name"},
        validators=[
            DataRequired(TYPE_FULL_NAME),
            storable,
            plausible_full_name,
            Length(max=120, message=lazy_gettext("Use at most 120 characters.")),
        ],
    )


class WithdrawalForm(SiteForm):
    """The withdrawal of an application."""

    message = LongTextField(
        lazy_gettext("Why, if you would like to say"),
        description=lazy_gettext("It goes to the reviewers."),
        rows=4,
        validators=[
            Optional(),
            storable,
            Length(max=1000, message=lazy_gettext("Use at most 1,000 characters.")),
        ],
    )


class LostLinkForm(SiteForm):
    """The address that an application was sent with. The link goes only there, so nothing else is
    asked."""

    email = EmailField(
        lazy_gettext("Email address"),
        filters=[trimmed],
        render_kw={"autocomplete": "email", "autocapitalize": "off", "spellcheck": "false"},
        validators=[
            DataRequired(lazy_gettext("Type the address.")),
            storable,
            mail_address,
        ],
    )


class ConfirmForm(SiteForm):
    """Only a button; the page says what it confirms."""
