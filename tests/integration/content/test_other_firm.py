"""Another firm's site: what it says about the firm is in content/brand.toml."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

OWN = {
    "subject": "Security reviews",
    "introduction": "We close the hole before we leave.",
    "about_articles": "What we know about getting in.",
}


@pytest.fixture
def other_firm(own_site: Callable[..., Flask], content_folder: Path) -> FlaskClient:
    brand = content_folder / "brand.toml"
    lines = brand.read_text().splitlines()
    for key, text in OWN.items():
        (at,) = (number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[at] = f'{key} = "{text}"'
    brand.write_text("\n".join(lines))
    return own_site().test_client()


def test_the_home_page_begins_with_what_the_firm_says_of_itself(other_firm: FlaskClient) -> None:
    home = other_firm.get("/").text
    assert "<title>Security reviews · " in home
    assert '<p class="lead">We close the hole before we leave.</p>' in home


def test_the_list_of_articles_begins_with_what_they_are_about(other_firm: FlaskClient) -> None:
    page = other_firm.get("/articles/").text
    assert '<p class="lead">What we know about getting in.</p>' in page
    assert '<meta name="description" content="What we know about getting in.">' in page
    assert "event-driven architecture, for" not in page
