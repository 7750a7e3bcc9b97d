"""/staff/events/catalog: every event type on one page."""

from itertools import groupby

from flask import Blueprint, render_template
from flask_login import login_required

from app.events.contract.catalog import describe_events
from app.events.subscription import current_subscriptions
from app.platform.settings import current_config

catalog = Blueprint("catalog", __name__, template_folder="templates")


@catalog.get("/staff/events/catalog")
@login_required
def index() -> str:
    types = describe_events(current_subscriptions(), current_config().BASE_URL)
    by_stream = sorted(types, key=lambda one: one.stream_kind)
    groups = [(kind, list(group)) for kind, group in groupby(by_stream, lambda t: t.stream_kind)]
    return render_template("operations/catalog.html", groups=groups)
