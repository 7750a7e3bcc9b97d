"""What every form that narrows a list is made of."""

from typing import Any

from wtforms import SearchField, SelectField

from app.web.fields import at_most, storable, trimmed
from app.web.site_form import SiteForm

LONGEST_SEARCH = 200


class FilterForm(SiteForm):
    """Filters, sent by GET. A choice that there is not counts as not made, as its field then shows;
    what was typed and makes no sense is kept, with an error at its field."""

    class Meta:
        csrf = False

    def chosen(self) -> dict[str, Any]:
        """What was chosen and typed, without what is empty. Where the form has errors afterwards,
        it is not all that was asked for."""
        self.validate()
        for field in self:
            if field.errors and isinstance(field, SelectField):
                field.data, field.errors = field.default, ()
        return {field.name: field.data for field in self if field.data and not field.errors}


def search_field(label: str) -> SearchField:
    """A line to search for. The page names no maximum: with one a browser cuts what is pasted, and
    says nothing."""
    return SearchField(
        label,
        filters=[trimmed],
        validators=[storable, at_most(LONGEST_SEARCH)],
        render_kw={"maxlength": False},
    )
