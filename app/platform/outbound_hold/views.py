"""The button that ends the outbound hold."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.platform.database import db
from app.platform.outbound_hold.service import release_outbound

outbound_hold = Blueprint("outbound_hold", __name__, template_folder="templates")


@outbound_hold.post("/staff/events/release")
@login_required
def release() -> ResponseReturnValue:
    """End the hold; a second press changes nothing."""
    was_held = release_outbound(db.session(), actor=current_user.actor)
    db.session.commit()
    flash("What waited is sent now." if was_held else "Nothing was held back any more.")
    return redirect(url_for("operations.events"), 303)
