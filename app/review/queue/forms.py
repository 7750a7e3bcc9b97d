"""The filters with which staff narrow the queue."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectChoice, SelectField

from app.firm.offers import Offers
from app.review.queue.queries import NOBODY, Filters
from app.review.states import STATUSES, application_state, fit
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
NOT_TAKEN = SelectChoice(NOBODY, "Nobody")


class QueueForm(FilterForm):
    """The queue's filters."""

    status = SelectField("Status", choices=SHOWN, default="open")
    kind = SelectField("Kind", default="")
    band = SelectField("Score", default="")
    taken = SelectField("Taken by", default="")
    search = search_field("Search by name, company, email or reference")
    order = SelectField("Order", choices=ORDERS, default="best")

    def __init__(
        self,
        offers: Offers,
        rubric: Rubric,
        staff: Mapping[str, str],
        reviewer: str,
        **options: Any,
    ) -> None:
        """``staff`` are names by actor; ``reviewer`` is the actor who is looking."""
        super().__init__(**options)
        self.kind.choices = [ANY, *(SelectChoice(o.kind, o.name) for o in offers.offers)]
        self.band.choices = [ANY, *(SelectChoice(b.name, fit(b.label)) for b in rubric.bands)]

        others = [SelectChoice(*one) for one in staff.items() if one[0] != reviewer]
        self.taken.choices = [ANY, NOT_TAKEN, SelectChoice(reviewer, "Me"), *others]

    def filters(self) -> Filters:
        return Filters(**self.chosen())
