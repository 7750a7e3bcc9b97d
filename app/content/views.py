"""The public pages, which are the same for everybody."""

from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.applications.questions.questionnaire import MINUTES, current_questionnaire
from app.content.addresses import in_each_language, whole_address
from app.content.drafts import slug_of
from app.content.kept import kept
from app.content.library import read_changes
from app.content.linked_data import (
    describe_article,
    describe_engagement,
    describe_firm,
    describe_page,
)
from app.content.texts.articles import current_articles
from app.content.texts.faults import ContentError
from app.content.texts.pages import Page, current_pages, names_of_pages
from app.engagements.pricing import lowest_sum_cents, modifier_line, starting_price_cents
from app.engagements.rate_card import current_rate_card
from app.firm.offers import KINDS, Offer, current_offers
from app.platform.languages.choice import present_language
from app.scoring.rubric import FULL_SCORE, current_rubric
from app.web.assets import keeps_files

content = Blueprint("content", __name__, template_folder="templates")


@content.before_request
def show_changes() -> ResponseReturnValue | None:
    """In development, show changes to the content, and faults in it, at the next reload."""
    if not keeps_files():
        try:
            read_changes()
        except ContentError as error:
            return render_template("content/faults.html", faults=error.faults), 500
    return None


@content.app_template_global()
def firm_pages() -> tuple[Page, ...]:
    """The firm's pages for the footer of each page."""
    return current_pages().in_language(present_language())


content.add_app_template_filter(whole_address, "absolute")
content.add_app_template_filter(in_each_language)


@content.get("/")
@kept
def home() -> ResponseReturnValue:
    articles, offers = current_articles().articles, priced_offers()
    fixed = [cents for _, cents, is_monthly in offers if not is_monthly]
    return render_template(
        "content/home.html",
        offers=offers,
        # A price by the month says less about what a first step costs.
        lowest_cents=min(fixed or [cents for _, cents, _ in offers]),
        currency=current_rate_card().currency,
        tax_note=current_rate_card().tax_note,
        questionnaire=current_questionnaire(),
        minutes=MINUTES,
        rubric=current_rubric(),
        full_score=FULL_SCORE,
        latest=articles[0] if articles else None,
        linked_data=describe_firm(),
    )


@kept
def page(slug: str) -> ResponseReturnValue:
    pages = current_pages()
    try:
        page = pages.page(slug, present_language())
    except KeyError:
        abort(404)
    return render_template(
        "content/page.html",
        page=page,
        is_in_every_language=pages.is_in_every_language(slug),
        linked_data=describe_page(page),
    )


@content.record
def add_addresses_of_pages(state: BlueprintSetupState) -> None:
    """Register an address for each of the firm's pages, at the top level of the site."""
    for slug in names_of_pages(Path(state.app.config["SITE"].CONTENT_DIR) / "pages"):
        state.add_url_rule(f"/{slug}", "page", page, defaults={"slug": slug})


@content.get("/articles/")
@kept
def article_index() -> ResponseReturnValue:
    return render_template("content/article_index.html", articles=current_articles().articles)


@content.get("/articles/<slug>")
@kept
def article(slug: str) -> ResponseReturnValue:
    articles = current_articles()
    try:
        article = articles.article(slug)
    except KeyError:
        abort(404)
    return render_template(
        "content/article.html",
        article=article,
        proofs=articles.proofs,
        following=articles.following(article),
        linked_data=describe_article(article),
    )


@content.get("/drafts/<token>")
def preview(token: str) -> ResponseReturnValue:
    """A draft, for whoever has the link. Once it is published, the link redirects to the
    article."""
    articles = current_articles()
    try:
        slug = slug_of(token)
        if articles.is_out(slug):
            return redirect(url_for(".article", slug=slug))
        article = articles.draft(slug)
    except KeyError:
        abort(404)
    page = render_template(
        "content/article.html",
        article=article,
        proofs=articles.proofs,
        following=articles.following(article),
    )
    return page, {"X-Robots-Tag": "noindex"}


@content.get("/engagements/")
@kept
def engagement_index() -> ResponseReturnValue:
    return render_template(
        "content/engagement_index.html",
        offers=priced_offers(),
        currency=current_rate_card().currency,
        tax_note=current_rate_card().tax_note,
        minutes=MINUTES,
        rubric=current_rubric(),
        full_score=FULL_SCORE,
    )


@content.get("/engagements/<kind>")
@kept
def engagement_kind(kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        abort(404)
    card, offer = current_rate_card(), current_offers().offer(kind)
    price, cents = card.price_of(kind), starting_price_cents(kind, card)
    return render_template(
        "content/engagement.html",
        offer=offer,
        price=price,
        lines=[modifier_line(modifier, price) for modifier in price.modifiers],
        lowest_cents=lowest_sum_cents(price),
        starting_cents=cents,
        currency=card.currency,
        tax_note=card.tax_note,
        offers=priced_offers(),
        linked_data=describe_engagement(offer, cents, card.currency, is_monthly=price.is_monthly),
    )


def priced_offers() -> list[tuple[Offer, int, bool]]:
    """Each offer with its starting price in cents, and whether that is per month."""
    card = current_rate_card()
    return [
        (offer, starting_price_cents(offer.kind, card), card.price_of(offer.kind).is_monthly)
        for offer in current_offers().offers
    ]
