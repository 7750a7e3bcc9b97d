"""What staff choose and type to narrow the queue."""

from typing import Any

from wtforms import SelectChoice, SelectField

from app.firm.offers import Offers
from app.review.queue.queries import Filters
from app.review.states import STATUSES, application_state
from app.scoring.rubric import Rubric
from app.web.filter_form import FilterForm, search_field

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


class QueueForm(FilterForm):
    """The queue's filters."""

    status = SelectField("Status", choices=SHOWN, default="open")
    kind = SelectField("Kind", default="")
    band = SelectField("Score", default="")
    search = search_field("Search by name, company, email or reference")
    order = SelectField("Order", choices=ORDERS, default="best")

    def __init__(self, offers: Offers, rubric: Rubric, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = [ANY, *(SelectChoice(o.kind, o.name) for o in offers.offers)]
        self.band.choices = [ANY, *(SelectChoice(b.name, b.label) for b in rubric.bands)]

    def filters(self) -> Filters:
        return Filters(**self.chosen())
