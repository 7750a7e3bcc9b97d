"""Describes pages to search engines: JSON-LD with the vocabulary of schema.org."""

from typing import Any

from flask import url_for
from flask_babel import gettext

from app.content.addresses import in_each_language, whole_address
from app.content.texts.articles import Article
from app.content.texts.pages import Page, current_pages
from app.firm.brand import current_brand
from app.firm.offers import Offer
from app.platform.languages.choice import present_language

Thing = dict[str, Any]


def describe_firm() -> Thing:
    brand = current_brand()
    page = web_page(brand.tagline, own_address(url_for("content.home")), present_language())
    return graph(page, organization())


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
    articles = (gettext("Articles"), own_address(url_for("content.article_index")))
    return graph(posting, organization(), breadcrumbs(articles, (about.title, address)))


def describe_page(page: Page) -> Thing:
    about, is_translated = page.about, current_pages().is_in_every_language(page.slug)
    address = own_address(page.path) if is_translated else whole_address(page.path)
    described = web_page(about.title, address, about.language)
    return graph(described, organization(), breadcrumbs((about.title, address)))


def describe_engagement(offer: Offer, cents: int, currency: str, *, is_monthly: bool) -> Thing:
    """``cents`` of the currency are the least that it costs, in total or per month."""
    address = own_address(url_for("content.engagement_kind", kind=offer.kind))
    code = currency.upper()
    price = {"priceCurrency": code, "minPrice": f"{cents / 100:.2f}"}
    # MON is UN/CEFACT's code for a month.
    unit = {"@type": "UnitPriceSpecification", "unitCode": "MON", "billingDuration": 1}
    service = {
        "@type": "Service",
        "@id": f"{address}#service",
        "name": offer.name,
        "serviceType": offer.headline,
        "description": offer.summary,
        "url": address,
        "mainEntityOfPage": {"@id": address},
        "provider": reference(),
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": f"{cents / 100:.2f}",
            "priceCurrency": code,
            "priceSpecification": {"@type": "PriceSpecification", **price}
            if not is_monthly
            else {**unit, **price},
        },
    }
    page = web_page(offer.name, address, present_language())
    engagements = (gettext("Engagements"), own_address(url_for("content.engagement_index")))
    return graph(page, service, organization(), breadcrumbs(engagements, (offer.name, address)))


def own_address(path: str) -> str:
    """The address in the request's language of a page that exists in every language."""
    return in_each_language(path)[present_language()]


def graph(*things: Thing) -> Thing:
    return {"@context": "https://schema.org", "@graph": list(things)}


def web_page(name: str, address: str, language: str) -> Thing:
    return {
        "@type": "WebPage",
        "@id": address,
        "url": address,
        "name": name,
        "inLanguage": language,
        "publisher": reference(),
    }


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
    """The path from the home page, with the name and the address of each step."""
    way = ((current_brand().name, own_address(url_for("content.home"))), *steps)
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(way, 1)
        ],
    }
