"""The macros: labels, hints, errors and inputs are linked, and nothing needs JavaScript."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_wtf.csrf import CSRFProtect
from wtforms import Form, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.engagements.pricing import PriceLine, Quote
from app.platform.languages.catalogs import init_languages
from app.web.rendering import clock_time, count_folded, money

TEMPLATES = Path(__file__).parents[3] / "app/templates"
CHOICES = [SelectChoice("a", "A & B"), SelectChoice("b", "B")]
Show = Callable[..., str]


class Sample(Form):
    name = StringField("Name", description="As on the contract.", validators=[InputRequired("No.")])
    site = StringField("Site", validators=[Optional()])
    role = RadioField("Role", choices=CHOICES, validators=[InputRequired("?")])
    text = TextAreaField("Text")
    version = HiddenField()


@pytest.fixture
def show() -> Iterator[Show]:
    """Render a line of a template in which every macro is available."""
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.secret_key = "only for tests"
    CSRFProtect(app)
    init_languages(app, TEMPLATES)
    app.add_template_filter(money)
    app.add_template_filter(clock_time)
    app.add_template_filter(count_folded)
    app.add_template_global("/assets/now/{}".format, "asset")

    def show(source: str, **context: object) -> str:
        imported = '{% import "components.html" as ui %}' + source
        return re.sub(r"\s+", " ", render_template_string(imported, **context)).strip()

    with app.test_request_context():
        yield show


def invalid() -> Sample:
    form = Sample(data={"name": ""})
    form.validate()
    return form


def test_a_label_names_its_input_and_the_hint_describes_it(show: Show) -> None:
    html = show("{{ ui.field(form.name) }}", form=Sample())
    assert '<label class="field__label" for="name">Name</label>' in html
    assert 'id="name-hint">As on the contract.' in html
    assert 'aria-describedby="name-hint"' in html
    assert "aria-invalid" not in html


def test_an_error_is_tied_to_its_input(show: Show) -> None:
    html = show("{{ ui.field(form.name, reason='It goes on the proposal.') }}", form=invalid())
    assert 'aria-describedby="name-hint name-error name-reason"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="name-error">.*No\.', html)
    assert re.search(r'id="name-reason">.*It goes on the proposal\.', html)


def test_choices_are_a_group_with_a_legend_and_each_has_its_label(show: Show) -> None:
    html = show("{{ ui.field(form.role) }}", form=invalid())
    assert re.search(
        r'<fieldset class="field field--invalid" id="field-role" aria-describedby="role-error">',
        html,
    )
    assert '<legend class="field__label">Role</legend>' in html
    assert '<label class="choice" for="role-0">' in html
    assert "A &amp; B" in html


def test_the_hint_of_a_choice_is_shown_beside_it(show: Show) -> None:
    form = Sample()
    form.role.option_hints = {"b": "Rarely."}
    html = show("{{ ui.field(form.role) }}", form=form)
    assert html.count("choice__hint") == 1
    assert re.search(r"B<span class=\"choice__hint\">Rarely\.", html)


def test_only_optional_fields_are_marked_as_optional(show: Show) -> None:
    assert "(optional)" in show("{{ ui.field(form.site) }}", form=Sample())
    assert "(optional)" not in show("{{ ui.field(form.text) }}", form=Sample())
    assert "(optional)" in show("{{ ui.field(form.text, optional=true) }}", form=Sample())
    assert "(optional)" not in show("{{ ui.field(form.site, optional=false) }}", form=Sample())


def test_a_hidden_field_shows_nothing(show: Show) -> None:
    assert show("{{ ui.field(form.version) }}", form=Sample()) == ""


def test_the_error_summary_links_to_each_field_and_to_the_first_choice_of_a_group(
    show: Show,
) -> None:
    html = show("{{ ui.error_summary(form) }}", form=invalid())
    assert "2 answers need another look" in html
    assert 'href="#name"' in html
    assert 'href="#role-0"' in html
    assert 'role="alert" tabindex="-1" autofocus' in html


def test_a_notice_takes_the_focus_only_if_it_refuses_something(show: Show) -> None:
    assert 'role="alert" tabindex="-1" autofocus' in show("{{ ui.notice('warning', 'No', true) }}")
    assert "focus" not in show("{{ ui.notice('error', 'No') }}")


def test_a_form_without_errors_has_no_summary(show: Show) -> None:
    assert show("{{ ui.error_summary(form) }}", form=Sample()) == ""


def test_two_forms_on_a_page_share_no_id(show: Show) -> None:
    html = show("{{ ui.csrf() }}{{ ui.csrf() }}")
    assert html.count('name="csrf_token"') == 2
    assert "id=" not in html


def test_what_somebody_typed_is_escaped(show: Show) -> None:
    html = show("{{ ui.facts([('Company', '<script>')]) }}{{ ui.badge('<b>') }}")
    assert "<script>" not in html
    assert "<b>" not in html


def test_an_empty_answer_is_shown_as_not_given(show: Show) -> None:
    html = show("{{ ui.facts([('Site', ''), ('Figure', 0), ('Brokers', ['a', 'b'])]) }}")
    assert "Not given" in html
    assert "<dd>0</dd>" in html
    assert "<li>a</li><li>b</li>" in html


@pytest.mark.parametrize(
    ("billing", "percent", "words"),
    [
        ("fixed", 30, ["Fixed price", "Deposit of 30%, due when you agree", "$3,000"]),
        ("monthly", 100, ["Each month", "First month, due when you agree", "$10,000"]),
    ],
)
def test_a_price_shows_its_lines_its_total_and_what_is_due(
    show: Show, billing: str, percent: int, words: list[str]
) -> None:
    lines = (PriceLine("Base", "Two weeks.", 1_100_000), PriceLine("Small", "Less.", -100_000))
    quote = Quote("sprint", "usd", "1", billing, lines, 1_000_000, percent, 10_000 * percent)  # type: ignore[arg-type]
    html = show("{{ ui.price_table(quote) }}", quote=quote)
    for word in [*words, "Two weeks.", "$11,000", "\N{MINUS SIGN}$1,000", "$10,000"]:
        assert word in html


def test_no_template_holds_an_inline_style_or_handler_or_foreign_address() -> None:
    """Mails must have inline styles; pages must not."""
    for path in (TEMPLATES.parent).rglob("templates/**/*.html"):
        text = path.read_text()
        if "notifications" in path.parts:
            continue
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path
