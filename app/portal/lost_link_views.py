"""/lost-link: mails a prospect the link to their page again."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.applications.page_link import request_page_links
from app.extensions import csrf, limiter
from app.platform.database import db
from app.portal.forms import LostLinkForm

lost_link = Blueprint("lost_link", __name__, template_folder="templates")


@lost_link.get("/lost-link")
def ask() -> str:
    return render_template("portal/lost_link.html", form=LostLinkForm(formdata=None))


@lost_link.post("/lost-link")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit("10 per hour")
def send() -> ResponseReturnValue:
    """Mail the link. The response is the same whether or not anybody applied with the address."""
    form = LostLinkForm()
    if not form.validate():
        return render_template("portal/lost_link.html", form=form), form.refusal
    request_page_links(db.session(), form.email.data or "")
    db.session.commit()
    return render_template("portal/lost_link.html", form=form, is_asked=True)
