"""Checks the links in texts: each must lead to a page of this site, a heading on one, or
elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urldefrag, urlsplit

import msgspec
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from app.content.texts.faults import Fault
from app.content.texts.proofs import SCHEME
from app.content.texts.text import Text

ELSEWHERE: Final = ("https://", "mailto:", SCHEME)


class Targets(msgspec.Struct, frozen=True):
    """What links can lead to: the site's ``rules`` (for a rule with arguments, only ``paths``), and
    the anchors of each text by its path."""

    rules: MapAdapter
    paths: frozenset[str]
    anchors: Mapping[str, frozenset[str]]

    def what_is_wrong_with(self, link: str) -> str:
        """A sentence, or "" if the link is right. ``link`` is a path of this site, or an absolute
        address."""
        address, anchor = urldefrag(link)
        if not address.startswith("/"):
            known = address.startswith(ELSEWHERE)
            return "" if known else f"The link '{link}' must begin with /, #, https:// or mailto:."
        path = address.partition("?")[0]
        if path in self.anchors:
            found = not anchor or anchor in self.anchors[path]
            return "" if found else f"The link '{link}' leads to no heading of that text."
        try:
            rule, _ = self.rules.match(path, method="GET", return_rule=True)
        except RequestRedirect as redirect:
            return f"The link '{link}' takes a detour: write {urlsplit(redirect.new_url).path}."
        except (NotFound, MethodNotAllowed):
            return f"The link '{link}' leads to no page."
        found = not rule.arguments or path in self.paths
        return "" if found else f"The link '{link}' leads to no page that everyone can read."


def wrong_links(text: Text, path: str, targets: Targets) -> Iterator[Fault]:
    """The faulty links in the text whose page is at ``path``."""
    for place in text.places:
        if place.token.type == "link_open":
            link = str(place.token.attrGet("href"))
            target = path + link if link.startswith("#") else link
            if sentence := targets.what_is_wrong_with(target):
                yield text.fault(place, sentence)
