"""The staff's list of engagements."""

import uuid

from flask import Blueprint, render_template, request
from flask_login import login_required

from app.engagements.figures import engagement_figures
from app.engagements.queries import engagement_name, engagement_page
from app.engagements.states import STATES, engagement_state
from app.platform.database import db

engagements = Blueprint("engagements", __name__, template_folder="templates")
engagements.add_app_template_filter(engagement_state)
engagements.add_app_template_filter(engagement_name)


@engagements.get("/staff/engagements/")
@login_required
def index() -> str:
    status = request.args.get("status")
    status = status if status in STATES else None
    older_than = request.args.get("older_than", type=uuid.UUID)
    figures = engagement_figures(db.session())
    counts = figures.by_status
    return render_template(
        "engagements/index.html",
        page=engagement_page(db.session(), status, older_than),
        is_newest=older_than is None,
        figures=figures,
        counts=counts,
        not_closed=counts.total() - counts["closed"],
        status=status,
        states=STATES,
    )
