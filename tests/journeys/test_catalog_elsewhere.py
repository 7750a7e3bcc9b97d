"""The catalog of events is open to programs in browsers, such as viewers of AsyncAPI documents."""

import pytest

from tests.journeys.conftest import Visit
from tests.site import Site

FETCH = "address => fetch(address).then(answer => answer.json())"


@pytest.mark.parametrize(
    ("path", "keyword"),
    [
        ("asyncapi.json", "asyncapi"),
        ("openapi.json", "openapi"),
        ("schemas/application.submitted/1", "$id"),
    ],
)
def test_a_page_of_another_site_can_read_the_catalog_of_events(
    visit: Visit, site: Site, path: str, keyword: str
) -> None:
    page = visit()
    page.goto("about:blank")
    assert keyword in page.evaluate(FETCH, f"{site.url}/api/v1/{path}")
