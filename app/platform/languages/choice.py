"""Which language a request is in: the one that its address asks for, or this browser chose before,
or its settings prefer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, cast

from babel import Locale, localedata
from babel.core import get_global
from flask import Flask, Response, current_app, g, has_request_context, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.platform.settings import current_config

SOURCE: Final = "en"
LANGUAGES: Final = {SOURCE: "English", "de": "Deutsch"}
"""Each language that the site can be read in by its code, in its own words."""

PARAMETER: Final = "lang"
COOKIE: Final = "language"
COOKIE_SECONDS: Final = 365 * 24 * 3600
# Staff work in the language that the firm's data is written in, and programs get no other.
IN_SOURCE_ONLY: Final = ("/staff", "/api", "/webhooks")
IN_FIRST_ONLY: Final = "/articles/feed.xml"


def init_choice(app: Flask, languages: Sequence[str]) -> None:
    app.extensions["languages"] = {code: LANGUAGES[code] for code in languages}
    app.after_request(remember_choice)
    app.add_template_filter(lang)
    app.add_template_filter(language_name)
    app.add_template_filter(with_land)
    app.context_processor(
        lambda: {"language": present_language(), "other_languages": other_languages()}
    )


def choose_language() -> str:
    """The code of the request's language; the source language's if there is no request."""
    if not has_request_context():
        return SOURCE
    preferred = request.headers.get("Accept-Language", "")
    chosen = (request.args.get(PARAMETER), request.cookies.get(COOKIE))
    return choose_among(languages_of(current_app), request.path, chosen, preferred)


def choose_among(
    languages: Mapping[str, str], path: str, chosen: Iterable[str | None], preferred: str
) -> str:
    """The same for a page at that path: the first of ``chosen`` that is among the languages, else
    the best match for ``preferred``, the header Accept-Language."""
    if path.startswith(IN_SOURCE_ONLY):
        return SOURCE
    if path == IN_FIRST_ONLY:
        return next(iter(languages))
    found = next((one for one in chosen if one in languages), None)
    return found or best_of_preferred(preferred, tuple(languages))


@lru_cache(256)
def best_of_preferred(header: str, languages: Sequence[str]) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(languages, languages[0])


def languages_of(app: Flask) -> Mapping[str, str]:
    """The languages that the firm offers, by code. The first is for readers who prefer none."""
    return cast(Mapping[str, str], app.extensions["languages"])


def first_language() -> str:
    return next(iter(languages_of(current_app)))


def present_language() -> str:
    """The code of the language that texts are in now, in a request or for a mail. A request chooses
    once, since every text of its page asks."""
    if not g:
        return SOURCE
    language: str | None = g.get("language")
    if language is None:
        language = g.language = choose_language()
    return language


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Have texts in that language in this block, whichever the request is in. If the site no longer
    has the language, in which somebody once wrote, they are in its first."""
    before = present_language()
    g.language = code if code in languages_of(current_app) else first_language()
    try:
        yield
    finally:
        g.language = before


def is_language(code: str) -> bool:
    """Whether it is the code (ISO 639-1) of a language whose name is known."""
    return len(code) == 2 and code.isalpha() and code.islower() and localedata.exists(code)


def language_name(code: str) -> str:
    """The language's name in the present language: "German" for "de", "Englisch" for "en" on a
    German page."""
    return str(Locale(code).get_display_name(present_language()))


def with_land(code: str) -> str:
    """The language with the country where most people speak it: "de_DE" for "de"."""
    return f"{code}_{get_global('likely_subtags')[code].rpartition('_')[2]}"


@pass_context  # without it Jinja would evaluate this only once for a constant in a template
def lang(_context: Context, code: str | None) -> Markup:
    """The HTML attribute of a text in that language; none if the page is in it too, or if the
    language is not known."""
    return Markup(' lang="{}"').format(code) if code and code != present_language() else Markup()


def in_address() -> dict[str, str]:
    """The parameter that opens an address in the present language; none for the first."""
    language = present_language()
    return {} if language == first_language() else {PARAMETER: language}


def other_languages() -> dict[str, str]:
    """Code → name of the other languages that this page can be read in."""
    if not has_request_context() or request.path.startswith(IN_SOURCE_ONLY):
        return {}
    present = present_language()
    offered = languages_of(current_app)
    return {code: name for code, name in offered.items() if code != present}


def remember_choice(response: Response) -> Response:
    """Keep the language that the address asked for in a cookie."""
    if response.mimetype != "text/html":
        return response
    tell_language(response)
    asked = request.args.get(PARAMETER)
    if asked and asked in languages_of(current_app) and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            asked,
            max_age=COOKIE_SECONDS,
            secure=current_config().is_https,
            httponly=True,
            samesite="Lax",
        )
    return response


def tell_language(response: Response) -> None:
    """Tell browsers and caches which language the page is in, and what that depends on."""
    response.headers["Content-Language"] = present_language()
    response.vary.update(("Accept-Language", "Cookie"))
