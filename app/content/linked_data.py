"""What a page is about, for search engines: JSON-LD in the words of schema.org."""

from typing import Any

from flask import url_for
from flask_babel import gettext

from app.content.addresses import whole_address
from app.content.articles import Article
from app.content.pages import Page
from app.firm.brand import current_brand
from app.firm.offers import Offer

Thing = dict[str, Any]


def describe_firm() -> Thing:
    return graph(organization())


def describe_article(article: Article) -> Thing:
    about, address = article.about, whole_address(article.path)
    posting = {
        "@type": "BlogPosting",
        "@id": address,
        "headline": about.title,
        "description": about.summary,
        "datePublished": about.published.isoformat(),
        "dateModified": about.changed.isoformat(),
        "keywords": about.topics,
        "wordCount": article.words,
        "inLanguage": about.language,
        "image": whole_address(url_for("pictures.article", slug=about.slug)),
        "mainEntityOfPage": address,
        "author": reference(),
        "publisher": reference(),
    }
    articles = (gettext("Articles"), url_for("content.article_index"))
    return graph(posting, organization(), breadcrumbs(articles, (about.title, article.path)))


def describe_page(page: Page) -> Thing:
    return graph(organization(), breadcrumbs((page.about.title, page.path)))


def describe_engagement(offer: Offer, cents: int, currency: str, *, is_monthly: bool) -> Thing:
    """``cents`` of the currency are the least that it costs: in all, or each month."""
    path = url_for("content.engagement_kind", kind=offer.kind)
    code = currency.upper()
    price = {"priceCurrency": code, "minPrice": f"{cents / 100:.2f}"}
    # UN/CEFACT's code for a month.
    unit = {"@type": "UnitPriceSpecification", "unitCode": "MON", "billingDuration": 1}
    service = {
        "@type": "Service",
        "@id": whole_address(path),
        "name": offer.name,
        "serviceType": offer.headline,
        "description": offer.summary,
        "url": whole_address(path),
        "provider": reference(),
        "offers": {
            "@type": "Offer",
            "url": whole_address(path),
            "price": f"{cents / 100:.2f}",
            "priceCurrency": code,
            "priceSpecification": {"@type": "PriceSpecification", **price}
            if not is_monthly
            else {**unit, **price},
        },
    }
    engagements = (gettext("Engagements"), url_for("content.engagement_index"))
    return graph(service, organization(), breadcrumbs(engagements, (offer.name, path)))


def graph(*things: Thing) -> Thing:
    return {"@context": "https://schema.org", "@graph": list(things)}


def organization() -> Thing:
    brand = current_brand()
    return {
        "@type": "Organization",
        **reference(),
        "name": brand.name,
        "legalName": brand.legal_name,
        "url": whole_address("/"),
        "email": brand.email,
        "address": ", ".join(brand.legal_address),
        "description": brand.description,
    }


def reference() -> Thing:
    return {"@id": whole_address("/#firm")}


def breadcrumbs(*steps: tuple[str, str]) -> Thing:
    """The way from the home page: the name and the path of each step."""
    way = ((current_brand().name, url_for("content.home")), *steps)
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": whole_address(path)}
            for position, (name, path) in enumerate(way, 1)
        ],
    }
