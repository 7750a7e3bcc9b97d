"""The staff's list of engagements."""

from flask import Blueprint, render_template, request
from flask_login import login_required

from app.database import db
from app.engagements.queries import list_engagements

STATUSES = ("proposed", "offered", "accepted", "active", "closed")

engagements = Blueprint("engagements", __name__, template_folder="templates")


@engagements.get("/staff/engagements/")
@login_required
def index() -> str:
    status = request.args.get("status")
    status = status if status in STATUSES else None
    return render_template(
        "engagements/index.html",
        rows=list_engagements(db.session(), status),
        status=status,
        statuses=STATUSES,
    )
