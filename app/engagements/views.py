"""The staff's list of engagements."""

from datetime import datetime

from flask import Blueprint, render_template, request
from flask_login import login_required

from app.database import db, utc_now
from app.engagements.queries import list_engagements
from app.engagements.states import STATES, engagement_state
from app.firm.offers import current_offers

engagements = Blueprint("engagements", __name__, template_folder="templates")
engagements.add_app_template_filter(engagement_state)


@engagements.get("/staff/engagements/")
@login_required
def index() -> str:
    status = request.args.get("status")
    status = status if status in STATES else None
    return render_template(
        "engagements/index.html",
        rows=list_engagements(db.session(), status),
        status=status,
        states=STATES,
        offers=current_offers(),
    )


@engagements.app_template_filter()
def age(moment: datetime) -> str:
    """How long ago: hours for two days, then days."""
    hours = int((utc_now() - moment).total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'} ago" if hours else "Under an hour ago"
