"""What staff ask of the log, and which dead letters they choose."""

from typing import Any

from wtforms import DateField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app.operations.log import Filters
from app.web.fields import storable, trimmed
from app.web.site_form import SiteForm

ANYBODY = (
    SelectChoice("", "Anybody"),
    SelectChoice("prospect", "A prospect"),
    SelectChoice("system:", "The system"),
    SelectChoice("operator:", "An operator"),
)


class LogForm(SiteForm):
    """The log's filters, sent by GET. What makes no sense counts as not chosen."""

    class Meta:
        csrf = False

    type = SelectField("Type", default="")
    search = SearchField(
        "Search by reference, stream or any id",
        filters=[trimmed],
        validators=[storable, Length(max=200)],
    )
    actor = SelectField("By", default="")
    since = DateField("From (UTC)", validators=[Optional()])
    until = DateField("To (UTC)", validators=[Optional()])

    def __init__(self, types: list[str], staff: dict[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.type.choices = [SelectChoice("", "Any"), *(SelectChoice(name, name) for name in types)]
        self.actor.choices = [*ANYBODY, *(SelectChoice(*one) for one in staff.items())]

    def filters(self) -> Filters:
        """What was chosen; the form then shows the rest as not chosen."""
        if not self.validate():
            for field in self:
                if field.errors:
                    field.data, field.errors, field.raw_data = field.default, (), None
        return Filters(**{name: value for name, value in self.data.items() if value})
