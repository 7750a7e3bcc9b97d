"""The public pages. They are the same for everybody, and a browser keeps them while they are."""

from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.applications.questions import MINUTES, current_questionnaire
from app.content.addresses import whole_address
from app.content.articles import current_articles, load_articles
from app.engagements.pricing import starting_price_cents
from app.engagements.rate_card import current_rate_card
from app.firm.offers import KINDS, Kind, Offer, current_offers
from app.scoring.rubric import FULL_SCORE, current_rubric

content = Blueprint("content", __name__, template_folder="templates")
content.add_app_template_filter(whole_address, "absolute")


@content.record_once
def read_articles(state: BlueprintSetupState) -> None:
    folder = Path(state.app.config["SITE"].CONTENT_DIR) / "articles"
    state.app.extensions["articles"] = load_articles(folder)


@content.after_request
def revalidate(response: Response) -> Response:
    """A repeated visit costs one question: has the page changed?"""
    if response.status_code == 200:
        response.cache_control.no_cache = True
        response.add_etag()
        response.make_conditional(request)
    return response


@content.get("/")
def home() -> ResponseReturnValue:
    articles = current_articles().articles
    return render_template(
        "content/home.html",
        offers=priced_offers(),
        questionnaire=current_questionnaire(),
        minutes=MINUTES,
        rubric=current_rubric(),
        full_score=FULL_SCORE,
        latest=articles[0] if articles else None,
    )


@content.get("/articles/")
def article_index() -> ResponseReturnValue:
    return render_template("content/article_index.html", articles=current_articles().articles)


@content.get("/articles/<slug>")
def article(slug: str) -> ResponseReturnValue:
    try:
        article = current_articles().article(slug)
    except KeyError:
        abort(404)
    return render_template("content/article.html", article=article)


@content.get("/engagements/")
def engagement_index() -> ResponseReturnValue:
    return render_template(
        "content/engagement_index.html",
        offers=priced_offers(),
        minutes=MINUTES,
        rubric=current_rubric(),
        full_score=FULL_SCORE,
    )


@content.get("/engagements/<kind>")
def engagement_kind(kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        abort(404)
    card = current_rate_card()
    return render_template(
        "content/engagement.html",
        offer=current_offers().offer(kind),
        price=card.price_of(kind),
        starting_cents=starting_price_cents(kind, card),
        offers=priced_offers(),
    )


def priced_offers() -> list[tuple[Offer, int, bool]]:
    """Each offer with its starting price in cents, and whether that is for each month."""
    card = current_rate_card()
    return [
        (offer, starting_price_cents(offer.kind, card), is_monthly(offer.kind))
        for offer in current_offers().offers
    ]


def is_monthly(kind: Kind) -> bool:
    return current_rate_card().price_of(kind).billing == "monthly"
