"""What a visitor chooses before pressing a lab's button. The site's own check holds the tokens."""

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.labs.scenario import Action, Scenario
from app.web.fields import CheckboxesField
from app.web.site_form import SiteForm


class ActionForm(SiteForm):
    """A button with no choice before it."""

    class Meta:
        csrf = False

    @property
    def chosen(self) -> list[str]:
        return []


class ChoiceForm(ActionForm):
    """One of several."""

    choice = RadioField(validators=[InputRequired()])

    @property
    def chosen(self) -> list[str]:
        return [str(self.choice.data)]


class ChoicesForm(ActionForm):
    """Any of several, or none."""

    choice = CheckboxesField()

    @property
    def chosen(self) -> list[str]:
        return list(self.choice.data or [])


class ConsumersForm(SiteForm):
    """Whose consumers are to be stopped, started or killed."""

    class Meta:
        csrf = False

    subscriber = SelectField(validators=[InputRequired()])

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.subscriber.choices = [
            SelectChoice(station.name, station.title) for station in scenario.stations
        ]


def form_of(action: Action, *, is_sent: bool = False) -> ActionForm:
    """The action's form: as it was sent, or new with its first choice made."""
    if not action.choices:
        return ActionForm()
    options = [SelectChoice(choice.value, choice.label) for choice in action.choices]
    given = {} if is_sent else {"formdata": None, "data": {"choice": action.choices[0].value}}
    if action.takes_several:
        given.pop("data", None)
        several = ChoicesForm(prefix=action.name, **given)
        several.choice.choices, several.choice.label.text = options, action.legend
        return several
    one = ChoiceForm(prefix=action.name, **given)
    one.choice.choices, one.choice.label.text = options, action.legend
    return one
