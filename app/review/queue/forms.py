"""What staff choose and type to narrow the queue."""

from typing import Any

from wtforms import SearchField, SelectChoice, SelectField
from wtforms.validators import Length

from app.firm.offers import Offers
from app.review.queue.queries import Filters
from app.review.states import STATUSES, application_state
from app.scoring.rubric import Rubric
from app.web.fields import storable, trimmed
from app.web.site_form import SiteForm

SHOWN = [
    SelectChoice("open", "Open"),
    SelectChoice("late", "Late"),
    SelectChoice("unanswered", "To reply to"),
    *(SelectChoice(status, application_state(status).label) for status in STATUSES),
    SelectChoice("all", "All"),
]
ORDERS = [
    SelectChoice("best", "Best first"),
    SelectChoice("due", "Due first"),
    SelectChoice("newest", "Newest first"),
]
ANY = SelectChoice("", "Any")


class QueueForm(SiteForm):
    """The filters, sent by GET. What makes no sense counts as not chosen."""

    class Meta:
        csrf = False

    status = SelectField("Status", choices=SHOWN, default="open")
    kind = SelectField("Kind", default="")
    band = SelectField("Score", default="")
    search = SearchField(
        "Search by name, company, email or reference",
        filters=[trimmed],
        validators=[storable, Length(max=200)],
    )
    order = SelectField("Order", choices=ORDERS, default="best")

    def __init__(self, offers: Offers, rubric: Rubric, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = [ANY, *(SelectChoice(o.kind, o.name) for o in offers.offers)]
        self.band.choices = [ANY, *(SelectChoice(b.name, b.label) for b in rubric.bands)]

    def filters(self) -> Filters:
        """What was chosen; the form then shows the rest as not chosen."""
        if not self.validate():
            for field in (self.status, self.kind, self.band, self.order):
                if field.errors:
                    field.data, field.errors = field.default, ()
            if self.search.errors:
                self.search.data = ""
        return Filters(**{name: value for name, value in self.data.items() if value})
