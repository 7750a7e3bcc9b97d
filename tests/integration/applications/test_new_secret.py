"""The site under another SECRET_KEY, as seen by a browser that came before the change."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from config import Config
from tests.integration.applications.prospect import Prospect


def moved_to(site: Flask, client: FlaskClient) -> FlaskClient:
    """The same browser, after the site was restarted as this one."""
    cookie = client.get_cookie("session")
    assert cookie
    browser = site.test_client()
    browser.set_cookie("session", cookie.value)
    return browser


def test_a_form_survives_a_change_of_secret_that_names_the_previous_one(
    prospect: Prospect, config: Config, site_with: Callable[..., Flask]
) -> None:
    prospect.fill_in("you")
    typed, browser, before = prospect.answers["company"], prospect.client, config.SECRET_KEY
    after = "the secret after this one"

    prospect.client = moved_to(site_with(SECRET_KEY=after), browser)
    assert typed not in prospect.see("you")
    restarted = site_with(SECRET_KEY=after, SECRET_KEY_BEFORE=before)
    prospect.client = moved_to(restarted, browser)
    assert typed in prospect.see("you")
    prospect.fill_in()
    assert prospect.send().status_code == 303


def test_a_form_survives_old_and_new_processes_in_turn_if_the_old_know_the_next_secret(
    prospect: Prospect, config: Config, site_with: Callable[..., Flask]
) -> None:
    before, after = config.SECRET_KEY, "the secret after this one"
    old = site_with(SECRET_KEY_BEFORE=after)
    new = site_with(SECRET_KEY=after, SECRET_KEY_BEFORE=before)
    prospect.client = new.test_client()
    prospect.fill_in("you")
    for site in (old, new):
        prospect.client = moved_to(site, prospect.client)
        assert prospect.answers["company"] in prospect.see("you")
