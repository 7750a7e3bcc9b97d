"""The choices before a lab's buttons. The site checks the CSRF tokens, so the forms have none."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.labs.scenario import Action, Scenario
from app.web.fields import CheckboxesField
from app.web.site_form import SiteForm


class ActionForm(SiteForm):
    """A button without choices."""

    class Meta:
        csrf = False

    @property
    def chosen(self) -> list[str]:
        return []


class ChoiceForm(ActionForm):
    """A button with one choice of several."""

    choice = RadioField(validators=[InputRequired()])

    @property
    def chosen(self) -> list[str]:
        return [str(self.choice.data)]


class ChoicesForm(ActionForm):
    """A button with any of several choices, or none."""

    choice = CheckboxesField()

    @property
    def chosen(self) -> list[str]:
        return list(self.choice.data or [])


class ConsumersForm(SiteForm):
    """The subscriber whose consumers are stopped, started or killed."""

    class Meta:
        csrf = False

    subscriber = SelectField(validators=[InputRequired()])

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.subscriber.choices = [
            SelectChoice(station.name, station.title) for station in scenario.stations
        ]


def form_sent(action: Action) -> ActionForm:
    """The action's form as the visitor sent it."""
    return _form(action, {})


def form_shown(action: Action, chosen: Sequence[str]) -> ActionForm:
    """The action's form with these choices; with a single choice, by default the first."""
    if action.takes_several:
        return _form(action, {"formdata": None, "data": {"choice": [*chosen]}})
    values = [choice.value for choice in action.choices]
    first = next((value for value in [*chosen, *values] if value in values), None)
    return _form(action, {"formdata": None, "data": {"choice": first}})


def _form(action: Action, given: Mapping[str, Any]) -> ActionForm:
    if not action.choices:
        return ActionForm()
    form = (ChoicesForm if action.takes_several else ChoiceForm)(prefix=action.name, **given)
    form.choice.choices = [SelectChoice(choice.value, choice.label) for choice in action.choices]
    form.choice.label.text = action.legend
    return form
