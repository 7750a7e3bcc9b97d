"""Which language a request is in: the one that its address asks for, or this browser chose before,
or its settings prefer."""

from typing import Final

from flask import Flask, Response, has_request_context, request
from flask_babel import get_locale

SOURCE: Final = "en"
LANGUAGES: Final = {SOURCE: "English", "de": "Deutsch"}
"""Each language by its code, in its own words."""

PARAMETER: Final = "lang"
COOKIE: Final = "language"
COOKIE_SECONDS: Final = 365 * 24 * 3600
# Staff work in the language that the firm's data is written in, and programs know no other.
IN_SOURCE_ONLY: Final = ("/staff", "/api", "/webhooks")


def init_choice(app: Flask) -> None:
    app.after_request(remember_choice)
    app.context_processor(
        lambda: {"language": present_language(), "other_languages": other_languages()}
    )


def choose_language() -> str:
    """The code of the request's language; that of the source where there is no request."""
    if not has_request_context() or request.path.startswith(IN_SOURCE_ONLY):
        return SOURCE
    for chosen in (request.args.get(PARAMETER), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return request.accept_languages.best_match(LANGUAGES, SOURCE)


def present_language() -> str:
    """The code of the language that texts are in at this moment, in a request or for a mail."""
    locale = get_locale()
    return locale.language if locale else SOURCE


def in_address() -> dict[str, str]:
    """What an address needs so that it opens in the present language: nothing in the source's."""
    language = present_language()
    return {} if language == SOURCE else {PARAMETER: language}


def other_languages() -> dict[str, str]:
    """Code → name of the languages that this page could be read in as well."""
    if not has_request_context() or request.path.startswith(IN_SOURCE_ONLY):
        return {}
    present = present_language()
    return {code: name for code, name in LANGUAGES.items() if code != present}


def remember_choice(response: Response) -> Response:
    """Keep what the address asked for, and tell caches what the page depends on."""
    if response.mimetype != "text/html":
        return response
    response.headers["Content-Language"] = present_language()
    response.vary.update(("Accept-Language", "Cookie"))
    asked = request.args.get(PARAMETER)
    if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            asked,
            max_age=COOKIE_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response
