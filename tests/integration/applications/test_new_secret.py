"""The site under another SECRET_KEY, as a browser sees it that came before the change."""

import contextvars

import msgspec
from flask.testing import FlaskClient

from app import create_app
from config import Config
from tests.integration.applications.prospect import Prospect


def moved_to(config: Config, client: FlaskClient, **settings: str) -> FlaskClient:
    """The same browser, after a restart with these settings."""
    moved = contextvars.Context().run(create_app, msgspec.structs.replace(config, **settings))
    cookie = client.get_cookie("session")
    assert cookie
    browser = moved.test_client()
    browser.set_cookie("session", cookie.value)
    return browser


def test_a_form_goes_on_after_a_change_that_names_the_secret_before(
    prospect: Prospect, config: Config
) -> None:
    prospect.fill_in("you")
    typed, browser, before = prospect.answers["company"], prospect.client, config.SECRET_KEY
    after = "the secret after this one"

    prospect.client = moved_to(config, browser, SECRET_KEY=after)
    assert typed not in prospect.see("you")
    prospect.client = moved_to(config, browser, SECRET_KEY=after, SECRET_KEY_BEFORE=before)
    assert typed in prospect.see("you")
    prospect.fill_in()
    assert prospect.send().status_code == 303
