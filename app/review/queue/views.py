"""/staff/: the staff's first page, with what waits for them."""

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from msgspec.structs import asdict

from app.accounts.queries import staff_names
from app.events.delivery.lag import lag_of
from app.firm.offers import current_offers
from app.platform.database import db
from app.review.queue.cursor import read_cursor, write_cursor
from app.review.queue.figures import queue_figures
from app.review.queue.forms import QueueForm
from app.review.queue.queries import count_matching, queue_page
from app.review.subscribers import list_application
from app.scoring.rubric import current_rubric
from app.screening.rules import current_rules

LAST_LIST = "last_list"

queue = Blueprint("queue", __name__, template_folder="templates")
queue.add_app_template_filter(write_cursor, "cursor")


@queue.app_template_global()
def last_list() -> str:
    """The address of the list as this browser last showed it, with its filters and page, so that a
    reviewer returns there after a decision."""
    return url_for("queue.index", **session.get(LAST_LIST, {}))


@queue.get("/staff/")
@login_required
def index() -> ResponseReturnValue:
    offers, rubric = current_offers(), current_rubric()
    staff = staff_names(db.session())
    form = QueueForm(offers, rubric, staff, current_user.actor, formdata=request.args)
    filters = form.filters()
    chosen = {name: value for name, value in asdict(filters).items() if value}
    cursor = read_cursor(request.args.get("cursor", ""))
    figures = queue_figures(db.session())
    is_narrowed = bool(form.search.data or filters.kind or filters.band or filters.taken)
    if not form.errors:
        keep_list({**chosen, "cursor": write_cursor(cursor)} if cursor else chosen)
    page = render_template(
        "queue/index.html",
        form=form,
        filters=filters,
        chosen=chosen,
        is_narrowed=is_narrowed,
        offers=offers,
        bands=rubric.bands,
        staff=staff,
        page=None if form.errors else queue_page(db.session(), filters, cursor),
        figures=figures,
        counts=count_matching(db.session(), filters) if is_narrowed else figures.counts,
        rules=current_rules(),
        lag=lag_of(db.session(), list_application),
    )
    return page, form.refusal if form.errors else 200


def keep_list(shown: dict[str, str]) -> None:
    """Remember the list in the session, only if it changed: each change sends a cookie."""
    if session.get(LAST_LIST) != shown:
        session[LAST_LIST] = shown
