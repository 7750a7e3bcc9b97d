"""The page that explains each event to staff."""

import html
import re

from app.events.contract.schema import meaning_of
from app.events.subscription import current_subscriptions
from app.events.types import declared_events
from app.web.rendering import with_code
from tests.integration.operations.conftest import Desk

ARTICLE = re.compile(
    r'<article class="section" aria-labelledby="([a-z_.]+)">(.*?)</article>', re.DOTALL
)
SCHEMA = re.compile(r'href="(/api/v1/schemas/[^"]+)"')


def test_every_type_is_shown_with_its_meaning_its_fields_and_its_subscribers(
    desk: Desk,
) -> None:
    page = desk.get("/staff/events/catalog")
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


def test_every_version_links_to_its_schema(desk: Desk) -> None:
    schemas = SCHEMA.findall(desk.get("/staff/events/catalog"))
    assert len(schemas) == sum(one.schema_version for one in declared_events().values())
    for address in schemas:
        desk.get(address)


def test_the_events_page_links_to_the_catalog(desk: Desk) -> None:
    assert 'href="/staff/events/catalog"' in desk.get("/staff/events/")
