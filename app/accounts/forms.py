"""The forms for signing in, changing the password, and the second step."""

from flask_login import current_user
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from app.accounts.models import LONGEST_EMAIL
from app.accounts.passwords import is_password
from app.web.fields import at_most
from app.web.site_form import SiteForm

SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4, 3.1.1.2: for a password without a second factor
LONGEST_PASSWORD = 200
LONGEST_CODE = 60


class LoginForm(SiteForm):
    email = EmailField(
        "Email",
        validators=[InputRequired("Enter your email address."), at_most(LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password."), at_most(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(SiteForm):
    code = StringField(
        "Code",
        description="The six digits that your app shows now, or one of your recovery codes.",
        validators=[InputRequired("Enter the code."), at_most(LONGEST_CODE)],
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "off",
            "spellcheck": "false",
        },
    )


class OwnPasswordForm(SiteForm):
    """Asks whoever is signed in for their password again."""

    current = PasswordField(
        "Your password",
        validators=[InputRequired("Enter your password."), at_most(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )

    def validate_current(self, field: PasswordField) -> None:
        if not field.errors and not is_password(field.data or "", current_user.password_hash):
            raise ValidationError("This is not your password.")


class SecondStepForm(OwnPasswordForm):
    secret = HiddenField()
    code = StringField(
        "Code",
        description="The six digits that your app shows now.",
        validators=[InputRequired("Enter the code that the app shows."), at_most(LONGEST_CODE)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasswordForm(SiteForm):
    current = PasswordField(
        "Current password",
        validators=[InputRequired("Enter the password that you have now.")],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "New password",
        description=f"At least {SHORTEST_PASSWORD} characters. A sentence is fine.",
        validators=[
            InputRequired("Enter a new password."),
            Length(
                min=SHORTEST_PASSWORD,
                max=LONGEST_PASSWORD,
                message=f"Use between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters.",
            ),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password, once more",
        validators=[EqualTo("new", message="This is not the same as the new password.")],
        render_kw={"autocomplete": "new-password"},
    )
