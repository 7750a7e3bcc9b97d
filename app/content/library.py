"""Reads and checks everything that is published: articles, drafts and the firm's pages."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from flask import Flask, current_app

from app.content.mark import load_mark
from app.content.paths import paths_to_link_to
from app.content.security_txt import load_security_txt
from app.content.texts.articles import Article, Articles, load_articles
from app.content.texts.faults import Fault, collecting, line_with, refuse
from app.content.texts.links import Targets, wrong_links
from app.content.texts.pages import Page, Pages, load_pages
from app.content.texts.placeholders import known_placeholders
from app.platform.languages.choice import languages_of
from app.platform.settings import current_config
from app.scoring.rubric import Rubric
from config import Config


def init_content(app: Flask, config: Config) -> None:
    """Read CONTENT_DIR. All routes must be registered before, because links are checked too.

    Raises ContentError with a line for each fault.
    """
    folder, faults = Path(config.CONTENT_DIR), list[Fault]()
    stamp = stamp_of(folder)
    with collecting(faults):
        articles = load_articles(folder / "articles")
    with collecting(faults):
        known = known_placeholders(app.extensions["brand"], config)
        pages = load_pages(folder / "pages", known, languages_of(app))
    with collecting(faults):
        mark = load_mark(folder)
    with collecting(faults):
        security_txt = load_security_txt(folder)
    refuse([*faults, *unread_files(folder)])
    refuse(
        [
            *taken_addresses(app, pages),
            *wrong_links_within(app, articles, pages),
            *unknown_readings(folder / "rubric.toml", app.extensions["rubric"], articles),
        ]
    )
    app.extensions.update(articles=articles, pages=pages, mark=mark, security_txt=security_txt)
    app.extensions.update(kept_pages={}, content_stamp=stamp)


def unread_files(folder: Path) -> Iterator[Fault]:
    """Texts and drawings in places where nothing reads them."""
    read = {*folder.glob("articles/*.md"), *folder.glob("articles/diagrams/*.svg")}
    read |= {*folder.glob("pages/*.md")}
    for path in sorted((*folder.glob("articles/**/*"), *folder.glob("pages/**/*"))):
        if path.suffix.lower() in {".md", ".svg"} and path not in read:
            places = "articles/*.md, pages/*.md and articles/diagrams/*.svg"
            yield Fault(path, 1, f"Nothing reads this file. What is read: {places}.")


def taken_addresses(app: Flask, pages: Pages) -> Iterator[Fault]:
    taken = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "content.page"}
    for page in pages.pages:
        if page.path in taken:
            yield page.text.source.fault(1, f"The site has another page at {page.path}.")


def wrong_links_within(app: Flask, articles: Articles, pages: Pages) -> Iterator[Fault]:
    """Links that lead nowhere. Links to a draft do, except the draft's own."""
    texts: tuple[Article | Page, ...] = (*articles.articles, *pages.pages, *pages.translations)
    rules = app.url_map.bind("")
    paths = paths_to_link_to(rules, pages)
    for one in (*texts, *articles.drafts):
        # Its links are checked against what readers of its language are shown.
        shown = (*articles.articles, *pages.in_language(one.about.language), one)
        targets = Targets(rules, paths, {each.path: each.text.anchors for each in shown})
        yield from wrong_links(one.text, one.path, targets)


def unknown_readings(path: Path, rubric: Rubric, articles: Articles) -> Iterator[Fault]:
    """Articles that a misfit in the file ``path`` recommends and that don't exist. Drafts may be
    named; the site leaves them out until they are published."""
    known = {one.about.slug for one in (*articles.articles, *articles.drafts)}
    for slug in sorted({slug for misfit in rubric.misfits for slug in misfit.read} - known):
        sentence = f"A misfit recommends '{slug}', which is not an article's slug."
        yield Fault(path, line_with(path, f'"{slug}"'), sentence)


def read_changes() -> None:
    """Reload the content if a file has changed. Raises ContentError, and then keeps the old
    content."""
    config = current_config()
    if stamp_of(Path(config.CONTENT_DIR)) != current_app.extensions["content_stamp"]:
        init_content(current_app, config)


def stamp_of(folder: Path, counts: Callable[[Path], bool] = lambda _: True) -> int:
    """A number that changes with each change of a file in ``folder`` for which ``counts`` is
    true."""
    changed = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # editors' temporary files come and go
            if path.is_file() and counts(path):
                changed.append((str(path), path.stat().st_mtime_ns))
    return hash(tuple(sorted(changed)))
