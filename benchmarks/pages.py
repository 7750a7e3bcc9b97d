"""What a public page costs: an article and the index, for a first visit and with an ETag.

They are compared, in turns on the same servers, with a bare Flask view that returns the same bytes,
or 304 for a matching ETag, and with Wagtail with the same articles on the same Postgres. There are
no cookies, and pages are requested as a browser does.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from app.content.texts.articles import load_articles
from benchmarks.bare_view import BareView, bare_view
from benchmarks.load import drive, fetch, page_get
from benchmarks.site import measured_site
from benchmarks.turns import Load, print_loads, ratio, take_turns, turn_options
from benchmarks.wagtail_form import install_wagtail, served_wagtail
from config import ROOT
from local.postgres import temporary_postgres
from local.redis import temporary_redis

ARTICLES: Final = load_articles(ROOT / "content/articles").articles
PAGES: Final = {"an article": ARTICLES[-1].path, "the index": "/articles/"}
IN_WAGTAIL: Final = {"an article": f"/{ARTICLES[-1].about.slug}/", "the index": "/"}
OURS, KNOWN = "the site", "the site, asked for changes"
BARE, BARE_KNOWN = "a bare view, same bytes", "a bare view, asked for changes"
WAGTAIL = "Wagtail"
ETAG: Final = re.compile(rb"\r\netag: (.*?)\r\n", re.IGNORECASE)


class ReadSite:
    """A page of the site, and browsers that load it, or ask whether their copy has changed."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._path = path
        head, self.body = fetch(port, page_get(path, port))
        [etag] = ETAG.findall(head)
        self._etag = etag.decode()

    def see(self, count: int, connections: int) -> Load:
        requests = [page_get(self._path, self._port)] * count
        return drive(self._port, requests, connections=connections, expected=200)

    def ask(self, count: int, connections: int) -> Load:
        requests = [page_get(self._path, self._port, etag=self._etag)] * count
        return drive(self._port, requests, connections=connections, expected=304)


def main() -> None:
    options = turn_options("python -m benchmarks.pages").parse_args()
    with ExitStack() as stack:
        postgres = stack.enter_context(temporary_postgres(fast=False))
        redis = stack.enter_context(temporary_redis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        site = stack.enter_context(measured_site(postgres, redis, "web"))
        settings = site.site.settings
        described = folder / "articles.json"
        described.write_text(json.dumps(articles_for_wagtail()))
        wagtail = stack.enter_context(
            served_wagtail(
                install_wagtail(folder / "wagtail"),
                {**settings, "DATABASE_URL": postgres.create_database("wagtail")},
                folder / "wagtail.log",
                "prepare_articles",
                str(described),
            )
        )
        for name, path in PAGES.items():
            page = ReadSite(site.port, path)
            (folder / "page").write_bytes(page.body)
            with bare_view({**settings, "BARE_PAGE": str(folder / "page")}, folder) as bare:
                compare(name, page, bare, wagtail, options)


def compare(
    name: str, page: ReadSite, bare: BareView, wagtail: int, options: argparse.Namespace
) -> None:
    """Print one page's table, and how many times faster the site is than Wagtail on that port."""
    clients = options.connections
    request = page_get(IN_WAGTAIL[name], wagtail)
    contestants: dict[str, Callable[[int], Load]] = {
        OURS: partial(page.see, connections=clients),
        KNOWN: partial(page.ask, connections=clients),
        BARE: partial(bare.get_page, connections=clients),
        BARE_KNOWN: partial(bare.get_known_page, connections=clients),
        WAGTAIL: lambda count: drive(wagtail, [request] * count, connections=clients, expected=200),
    }
    loads = take_turns(contestants, options.rounds, options.requests)
    print(f"{name}: {len(page.body):,} bytes on the wire\n")
    print_loads(loads, BARE)
    print(
        f"{OURS} is {ratio(loads, OURS, WAGTAIL):.1f} times {WAGTAIL}; asked for changes it is"
        f" {ratio(loads, KNOWN, BARE_KNOWN):.2f} of {BARE_KNOWN}.\n",
        flush=True,
    )


def articles_for_wagtail() -> list[dict[str, str]]:
    return [
        {
            "slug": article.about.slug,
            "title": article.about.title,
            "summary": article.about.summary,
            "published": article.about.published.isoformat(),
            "body": article.html,
        }
        for article in ARTICLES
    ]


if __name__ == "__main__":
    main()
