"""The form that filters the log."""

from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from app.operations.log import Filters
from app.web.fields import DayField
from app.web.filter_form import FilterForm, search_field

ANYBODY = (
    SelectChoice("", "Anybody"),
    SelectChoice("prospect", "A prospect"),
    SelectChoice("system:", "The system"),
    SelectChoice("operator:", "An operator"),
)


class LogForm(FilterForm):
    """The log's filters."""

    type = SelectField("Type", default="")
    search = search_field("Search by reference, stream or any id")
    actor = SelectField("By", default="")
    since = DayField("From (UTC)", validators=[Optional()])
    until = DayField("To (UTC)", validators=[Optional()])

    def __init__(self, types: list[str], staff: dict[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.type.choices = [SelectChoice("", "Any"), *(SelectChoice(name, name) for name in types)]
        self.actor.choices = [*ANYBODY, *(SelectChoice(*one) for one in staff.items())]

    def validate_until(self, field: DayField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("This day comes before the first one.")

    def filters(self) -> Filters:
        return Filters(**self.chosen())
