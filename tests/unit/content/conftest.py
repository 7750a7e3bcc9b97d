"""An article with everything that an article may contain, and what no page may contain."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

FRONT = """---
title: Events: what they ask of you
slug: events
summary: "What follows from writing a fact down once."
published: 2026-11-20
topics: [events, outbox]
---
"""
PROOFS = """
[[proofs]]
key = "twice"
says = "A repeat changes nothing."
test = "tests/unit/test_repeats.py::test_a_repeat_changes_nothing"
guard = { file = "app/repeats.py", code = "if done: return", without = "" }
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><marker id="tip"/>'
    '<path d="M0 0h9" marker-end="url(#tip)"/></svg>'
)
FORBIDDEN_TAGS = {"script", "style", "iframe", "object", "embed", "form", "base", "link", "meta"}


@pytest.fixture
def front() -> str:
    return FRONT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content/articles folder with one diagram, three topics, one proof and no article."""
    (tmp_path / "articles/diagrams").mkdir(parents=True)
    (tmp_path / "articles/topics.toml").write_text('topics = ["events", "outbox", "kafka"]')
    (tmp_path / "articles/diagrams/way.svg").write_text(SVG)
    (tmp_path / "articles/proofs.toml").write_text(PROOFS)
    return tmp_path / "articles"


class Faults(HTMLParser):
    """Collects what the content policy forbids and what would execute."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN_TAGS:
            self.found.append(tag)
        for name, value in attrs:
            address = name in {"href", "src"} and re.match(r"\s*(javascript|data):", value or "")
            if name == "style" or name.startswith("on") or address:
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture(scope="session")
def faults_in() -> Callable[[str], list[str]]:
    def faults_in(html: str) -> list[str]:
        parser = Faults()
        parser.feed(html)
        return parser.found

    return faults_in
