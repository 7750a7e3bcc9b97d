"""A lab's page for whoever has no sandbox of it: the same for all of them but for the form's token.

Where every sandbox is taken, a crowd asks for little else.
"""

from collections.abc import Callable

from flask import current_app
from flask.sansio.app import App
from flask_wtf.csrf import generate_csrf

from app.labs.scenario import Scenario
from app.languages.choice import present_language
from app.web.rendering import is_keepable


def init_kept(app: App) -> None:
    app.extensions["closed_labs"] = {}


def closed_page(scenario: Scenario, in_use: int, make: Callable[[], str]) -> str:
    """What ``make`` makes, which may look at nothing of the request but its language and its token.
    It is made once in each process, for each language, while as many sandboxes are ``in_use``."""
    if not is_keepable():
        return make()
    kept: dict[tuple[str, str], tuple[int, list[str]]] = current_app.extensions["closed_labs"]
    key, token = (scenario.slug, present_language()), generate_csrf()
    made_at, parts = kept.get(key, (-1, []))
    if made_at != in_use:
        parts = make().split(token)
        kept[key] = in_use, parts
    return token.join(parts)
