"""`flask content …`: checks the content, and prints links to drafts."""

from pathlib import Path
from typing import Final

import click
from flask import current_app
from flask.cli import AppGroup

from app.content.drafts import preview_link
from app.content.remarks import remarks_on
from app.content.texts.articles import current_articles
from app.content.texts.pages import current_pages
from app.platform.languages.prose import prose_of
from app.platform.settings import current_config

DATA: Final = ("brand", "offers", "questionnaire", "rubric", "rate_card", "arguments")

content_commands = AppGroup("content", help="Articles and pages.")


@content_commands.command("check")
def check() -> None:
    """Say what is wrong in the content, with file and line, and what to look at.

    The site's start has looked already, as it does for each command: one that came this far has
    found nothing.
    """
    articles, pages = current_articles(), current_pages()
    click.echo(
        f"Nothing is wrong. Articles: {len(articles.articles)}, drafts: {len(articles.drafts)},"
        f" pages: {len(pages.pages)}, translations of pages: {len(pages.translations)}."
    )
    folder = Path(current_config().CONTENT_DIR)
    data = [current_app.extensions[name] for name in DATA if name in current_app.extensions]
    texts = [text for one in data for text in prose_of(one)]
    for remark in remarks_on(folder, texts):
        click.echo(str(remark))
    for draft in articles.drafts:
        click.echo(f"Draft '{draft.about.slug}': {preview_link(draft.about.slug)}")


@content_commands.command("preview")
@click.argument("slug")
def preview(slug: str) -> None:
    """Print the link under which the draft SLUG can be read."""
    try:
        current_articles().draft(slug)
    except KeyError:
        raise click.ClickException(
            f"There is no draft '{slug}'. `flask content check` lists the drafts."
        ) from None
    click.echo(preview_link(slug))
