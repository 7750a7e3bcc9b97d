"""The comparer's page, below the article that it belongs to."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.comparer import comparison
from app.comparer.arguments import current_arguments
from app.comparer.forms import form_for
from app.content.texts.articles import current_articles

ARTICLE = "choosing-a-broker"

comparer = Blueprint("comparer", __name__, template_folder="templates")


@comparer.get(f"/articles/{ARTICLE}/compare")
def compare() -> ResponseReturnValue:
    """The questions and, once all are answered, the comparison."""
    arguments = current_arguments()
    form = form_for(arguments)(formdata=request.args)
    is_asked = any(field.name in request.args for field in form)
    found = comparison.compare(form.answers(), arguments) if is_asked and form.validate() else None
    articles = [one for one in current_articles().articles if one.about.slug == ARTICLE]
    return render_template(
        "comparer/compare.html", form=form, comparison=found, article=next(iter(articles), None)
    )
