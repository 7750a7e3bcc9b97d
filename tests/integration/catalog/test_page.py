"""The page that explains each event to staff."""

import html
import re

from flask.testing import FlaskClient

from app.events.contract.schema import meaning_of
from app.events.subscription import current_subscriptions
from app.events.types import declared_events
from app.web.rendering import with_code

ARTICLE = re.compile(
    r'<article class="section" aria-labelledby="([a-z_.]+)">(.*?)</article>', re.DOTALL
)
SCHEMA = re.compile(r'href="(/api/v1/schemas/[^"]+)"')


def test_every_type_is_shown_with_its_meaning_its_fields_and_its_subscribers(
    desk: FlaskClient,
) -> None:
    page = desk.get("/staff/events/catalog").text
    articles = {name: html.unescape(text) for name, text in ARTICLE.findall(page)}
    assert set(articles) == set(declared_events())
    assert ">Working day</h2>" in page
    for name, declared in declared_events().items():
        text = articles[name]
        assert html.unescape(with_code(meaning_of(declared))) in text, name
        assert ("<table" in text) == bool(declared.__struct_fields__), name
        assert all(f'<th scope="row">{field}' in text for field in declared.__struct_fields__), name
        assert text.count("Yes</span>") == len(declared.personal), name
        assert all(one in text for one in current_subscriptions().subscribers_of(name)), name
        assert f'"type": "{name}"' in text, name


def test_every_version_links_to_its_schema(desk: FlaskClient) -> None:
    schemas = SCHEMA.findall(desk.get("/staff/events/catalog").text)
    assert len(schemas) == sum(one.schema_version for one in declared_events().values())
    assert {desk.get(address).status_code for address in schemas} == {200}


def test_the_events_page_links_to_the_catalog(desk: FlaskClient) -> None:
    assert 'href="/staff/events/catalog"' in desk.get("/staff/events/").text
