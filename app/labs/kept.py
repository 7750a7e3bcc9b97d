"""A cache of a lab's page for visitors without a sandbox, which differs only in the CSRF token.

When every sandbox is taken, a crowd requests little else.
"""

from collections.abc import Callable

from flask import current_app
from flask.sansio.app import App
from flask_wtf.csrf import generate_csrf

from app.labs.scenario import Scenario
from app.platform.languages.choice import present_language
from app.web.rendering import is_keepable


def init_kept(app: App) -> None:
    app.extensions["closed_labs"] = {}


def closed_page(scenario: Scenario, in_use: int, make: Callable[[], str]) -> str:
    """The page that ``make`` renders, which may depend only on the request's language and CSRF
    token. It is rendered again, in each process and language, when ``in_use`` (the number of open
    sandboxes) changes."""
    if not is_keepable():
        return make()
    kept: dict[tuple[str, str], tuple[int, list[str]]] = current_app.extensions["closed_labs"]
    key, token = (scenario.slug, present_language()), generate_csrf()
    made_for, parts = kept.get(key, (-1, []))
    if made_for != in_use:
        parts = make().split(token)
        kept[key] = in_use, parts
    return token.join(parts)
