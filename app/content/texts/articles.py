"""Articles: Markdown files under content/articles, checked and rendered once at startup."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

import msgspec
from flask import current_app

from app.content.texts.checks.every import find_faults
from app.content.texts.faults import Fault, collecting, refuse
from app.content.texts.front_matter import read_front_matter
from app.content.texts.known import Known, read_known
from app.content.texts.markdown import Heading, render_markdown
from app.content.texts.proofs import NO_PROOFS, Proof, Proofs
from app.content.texts.source import SLUG, Source, read_source
from app.content.texts.text import Text, parse_text, proofs_in
from app.platform.languages.choice import SOURCE

WORDS_A_MINUTE: Final = 220
FOLLOWING: Final = 3


class FrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article's front matter. ``slug`` is its address; ``published`` and ``updated`` are days;
    ``language`` (ISO 639-1) is the one that it is written in. A ``draft`` is shown only to those
    who have its preview link."""

    title: str
    slug: str
    summary: str
    published: date
    topics: list[str]
    language: str = SOURCE
    updated: date | None = None
    draft: bool = False

    @property
    def changed(self) -> date:
        return self.updated or self.published


class Article(msgspec.Struct, frozen=True):
    """An article ready to be shown. ``html`` is sanitised; ``text`` is its source; ``proofs`` are
    those of its sentences."""

    about: FrontMatter
    html: str
    contents: tuple[Heading, ...]
    words: int
    text: Text
    proofs: tuple[Proof, ...]

    @property
    def minutes(self) -> int:
        """The reading time in minutes, at least 1."""
        return max(1, math.ceil(self.words / WORDS_A_MINUTE))

    @property
    def path(self) -> str:
        return f"/articles/{self.about.slug}"


class Articles(msgspec.Struct, frozen=True):
    """All articles, the newest first; the drafts; and the proofs with their results."""

    articles: tuple[Article, ...]
    drafts: tuple[Article, ...]
    proofs: Proofs

    def article(self, slug: str) -> Article:
        """Return the article with that slug. Raises KeyError."""
        return {article.about.slug: article for article in self.articles}[slug]

    def is_out(self, slug: str) -> bool:
        return any(article.about.slug == slug for article in self.articles)

    def draft(self, slug: str) -> Article:
        """Return the draft with that slug. Raises KeyError."""
        return {draft.about.slug: draft for draft in self.drafts}[slug]

    def following(self, article: Article) -> list[Article]:
        """What to read next: those with the most topics in common first, then the newest."""
        others = [other for other in self.articles if other.about.slug != article.about.slug]
        topics = set(article.about.topics)
        others.sort(key=lambda other: len(topics.intersection(other.about.topics)), reverse=True)
        return others[:FOLLOWING]


def current_articles() -> Articles:
    """Return the articles of the running app."""
    return cast(Articles, current_app.extensions["articles"])


def load_articles(folder: Path) -> Articles:
    """Read every article in ``folder``, and what they refer to. Raises ContentError with a sentence
    for each fault."""
    faults: list[Fault] = []
    known = read_known(folder, faults)
    texts: list[tuple[FrontMatter, Text]] = []
    for path in sorted(folder.glob("*.md")):
        with collecting(faults):
            texts.append(read_article(path, known))
    refuse([*faults, *wrong_slugs(texts)])
    found = [make_article(about, text, known) for about, text in texts]
    found.sort(key=lambda article: (article.about.published, article.about.slug), reverse=True)
    return Articles(
        tuple(one for one in found if not one.about.draft),
        tuple(one for one in found if one.about.draft),
        known.proofs or NO_PROOFS,
    )


def read_article(path: Path, known: Known) -> tuple[FrontMatter, Text]:
    """Read and check one article. Raises ContentError."""
    source = read_source(path)
    about = read_front_matter(source, FrontMatter)
    text = parse_text(source)
    refuse([*wrong_front_matter(source, about, known), *find_faults(text, known)])
    return about, text


def make_article(about: FrontMatter, text: Text, known: Known) -> Article:
    """Render an article that has passed all checks."""
    proofs = known.proofs or NO_PROOFS
    html, contents = render_markdown(text.tokens, known.diagrams or {}, proofs)
    shown = dict.fromkeys(key for _, key in proofs_in(text))
    return Article(
        about,
        html,
        contents,
        words=len(text.source.text.split()),
        text=text,
        proofs=tuple(proofs.by_key[key] for key in shown),
    )


def wrong_slugs(texts: list[tuple[FrontMatter, Text]]) -> Iterator[Fault]:
    slugs = [about.slug for about, _ in texts]
    for about, text in texts:
        slug, source = about.slug, text.source
        if not SLUG.fullmatch(slug):
            sentence = f"The slug '{slug}' may contain only a to z, 0 to 9 and hyphens."
            yield source.fault(source.lines["slug"], sentence)
        if slugs.count(slug) > 1:
            yield source.fault(source.lines["slug"], f"Two articles have the slug '{slug}'.")


def wrong_front_matter(source: Source, about: FrontMatter, known: Known) -> list[Fault]:
    faults = []
    for topic in about.topics:
        if known.topics is not None and topic not in known.topics:
            like = get_close_matches(topic, known.topics, n=1)
            sentence = f"The topic '{topic}' is not in topics.toml."
            sentence += f" Is it '{like[0]}'?" if like else ""
            faults.append(source.fault(source.lines["topics"], sentence))
    if about.published > latest_day() and not about.draft:
        sentence = f"{about.published} is in the future: keep the article a draft until then."
        faults.append(source.fault(source.lines["published"], sentence))
    if about.changed < about.published:
        sentence = "It was updated before it was published."
        faults.append(source.fault(source.lines["updated"], sentence))
    return faults


def latest_day() -> date:
    """Tomorrow in UTC, since it may already be that day where the author is."""
    return datetime.now(UTC).date() + timedelta(days=1)
