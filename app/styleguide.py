"""/staff/styleguide: every page component in each of its states, to look at and to test."""

from datetime import UTC, datetime

import msgspec
from flask import Blueprint, render_template
from flask_login import login_required
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    FileField,
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.applications.drafts.pages import OtherAnswers
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import current_questionnaire
from app.attachments.models import Attachment
from app.engagements.pricing import quote_engagement
from app.engagements.rate_card import current_rate_card
from app.firm.brand import current_brand
from app.messages.queries import Entry as Message
from app.web.fields import CheckboxesField
from app.web.site_form import SiteForm

LONG_NAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

styleguide = Blueprint("styleguide", __name__)


class SampleForm(SiteForm):
    """One field of each type."""

    name = StringField("Your name", validators=[InputRequired("Enter your name.")])
    email = EmailField(
        "Work email",
        description="We answer to this address.",
        validators=[InputRequired("Enter an address like name@company.com.")],
    )
    website = URLField("Company website", validators=[Optional()])
    problem = TextAreaField("What goes wrong?", description="The last time, as it happened.")
    role = RadioField(
        "Your role",
        choices=[SelectChoice(role, role.title()) for role in ("architect", "engineer", "other")],
        default="architect",
    )
    brokers = CheckboxesField(
        "Which brokers run in production?",
        description="Choose all that apply.",
        choices=[SelectChoice(str(n), f"Broker {n}") for n in range(1, 9)],
        default=["2", "3"],
    )
    agreed = BooleanField("Keep these answers for a year")
    status = SelectField(
        "Status", choices=[SelectChoice("open", "Open"), SelectChoice("all", "All")]
    )
    starts = DateField("First day", validators=[Optional()])
    price = DecimalField("Price", validators=[Optional()])
    password = PasswordField("Password")
    search = SearchField("Search")
    document = FileField("A document", description="PDF or PNG, up to 10 MB.")


class Entry(msgspec.Struct, frozen=True):
    """A line of a timeline."""

    title: str
    at: datetime
    who: str = ""
    text: str = ""


@styleguide.get("/staff/styleguide")
@login_required
def page() -> str:
    plain, wrong = SampleForm(prefix="plain"), SampleForm(prefix="wrong")
    filters = SampleForm(prefix="filters")
    for field in (plain.role, wrong.role):
        field.option_hints = {"other": "Product, operations, procurement"}
    for field in (wrong.name, wrong.email, wrong.problem, wrong.role, wrong.agreed):
        field.errors = ["Something here has to be put right before it can go on."]
    now = datetime(2026, 11, 24, 15, 38, tzinfo=UTC)
    answers: Answers = {"services": "21_to_100", "sensitive_data": ["payments"]}
    return render_template(
        "styleguide.html",
        filters=filters,
        plain=plain,
        wrong=wrong,
        quotes=[
            quote_engagement(kind, answers, current_rate_card()) for kind in ("build", "fractional")
        ],
        long_name=LONG_NAME,
        changed_step=current_questionnaire().step("problem"),
        changed_elsewhere=OtherAnswers(
            "1", [("What is the problem?", "Orders are lost.")], is_of_other_draft=False
        ),
        files=[
            Attachment(name="Flow of orders.png", kind="png", size_bytes=2_400_000),
            Attachment(name=f"{LONG_NAME}.pdf", kind="pdf", size_bytes=341),
        ],
        messages=[
            Message(current_brand().name, False, "Question", "Who is on call?\n\nAnd when?", now),
            Message("You", True, "Answer", f"Two of us, in turns. {LONG_NAME * 2}", now),
            Message(LONG_NAME, False, "", "Thank you.\n\nإعادة المحاولة (Celery).", now),
        ],
        entries=[
            Entry("Application received", now, LONG_NAME),
            Entry("Scored: 87 of 100, best as a Sprint", now),
            Entry(
                "Asked for more", now, "Ada Marsh", "Who is on call for the orders?\n\nAnd when?"
            ),
        ],
    )
