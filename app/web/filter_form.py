"""The base of every form that filters a list."""

from typing import Any

from wtforms import SearchField, SelectField

from app.web.fields import at_most, storable, trimmed
from app.web.site_form import SiteForm

LONGEST_SEARCH = 200


class FilterForm(SiteForm):
    """Filters, sent by GET. An option that doesn't exist counts as not chosen, as its field then
    shows; typed text that makes no sense is kept, with an error at its field."""

    class Meta:
        csrf = False

    def chosen(self) -> dict[str, Any]:
        """What was chosen and typed, without empty fields. If the form has errors afterwards, this
        is not all that was asked for."""
        self.validate()
        for field in self:
            if field.errors and isinstance(field, SelectField):
                field.data, field.errors = field.default, ()
        return {field.name: field.data for field in self if field.data and not field.errors}


def search_field(label: str) -> SearchField:
    """A search field. It has no maxlength: with one, browsers silently cut what is pasted."""
    return SearchField(
        label,
        filters=[trimmed],
        validators=[storable, at_most(LONGEST_SEARCH)],
        render_kw={"maxlength": False},
    )
