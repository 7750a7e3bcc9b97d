"""The staff's list of engagements."""

from flask import Blueprint, render_template, request
from flask_login import login_required

from app.database import db
from app.engagements.queries import MOST_LISTED, count_by_status, list_engagements
from app.engagements.states import STATES, engagement_state
from app.firm.offers import current_offers

engagements = Blueprint("engagements", __name__, template_folder="templates")
engagements.add_app_template_filter(engagement_state)


@engagements.get("/staff/engagements/")
@login_required
def index() -> str:
    status = request.args.get("status")
    status = status if status in STATES else None
    rows = list_engagements(db.session(), status)
    counts = count_by_status(db.session())
    return render_template(
        "engagements/index.html",
        rows=rows,
        are_all=len(rows) < MOST_LISTED,
        counts=counts,
        not_closed=counts.total() - counts["closed"],
        status=status,
        states=STATES,
        offers=current_offers(),
    )
