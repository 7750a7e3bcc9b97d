"""/staff/applications/<id>/history: a slider over its events, and the state beside it."""

import uuid

from flask import Blueprint, abort, render_template, request
from flask_login import login_required

from app.applications.queries import find_application
from app.engagements.queries import engagement_of, events_about
from app.history.causes import in_causal_order, outer_causes
from app.history.moments import moments_of
from app.platform.database import db
from app.review.timeline import people_of
from app.web.htmx import wants_part

history = Blueprint("history", __name__, template_folder="templates")


@history.get("/staff/applications/<uuid:application_id>/history")
@login_required
def index(application_id: uuid.UUID) -> str:
    """The application as of the chosen moment, by default the last."""
    session = db.session()
    application = find_application(session, application_id)
    if application is None:
        abort(404)
    events = events_about(session, application, engagement_of(session, application.id))
    people = people_of(session, application)
    moments = moments_of(events, people)
    outer = outer_causes(session, events, people)
    chosen = min(max(request.args.get("moment", len(moments), type=int), 1), len(moments))
    template = "_moment.html" if wants_part() else "index.html"
    return render_template(
        f"history/{template}",
        application=application,
        moments=moments,
        outer=outer,
        tree=in_causal_order(moments, outer),
        chosen=moments[chosen - 1],
    )
