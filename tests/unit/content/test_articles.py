"""Articles: from the file to what the page shows, and the sentences for a file that is wrong."""

from datetime import date
from pathlib import Path

import pytest

from app.content.articles import Article, load_articles, read_front_matter
from app.data_files import DataFileError

SHIPPED = Path(__file__).parents[3] / "content/articles"


def load_one(folder: Path, text: str) -> Article:
    (folder / "one.md").write_text(text, encoding="utf-8")
    return load_articles(folder).articles[0]


def test_an_article_is_read_with_what_stands_above_its_text(folder: Path, front: str) -> None:
    article = load_one(folder, f"{front}## First\n\nText.\n")
    assert article.about.title == "Events: what they ask of you"
    assert article.about.summary == "What follows from writing a fact down once."
    assert article.about.published == date(2026, 11, 20)
    assert article.about.topics == ["events", "outbox"]
    assert [heading.text for heading in article.contents] == ["First"]


def test_the_reading_time_counts_220_words_a_minute_and_is_never_zero(
    folder: Path, front: str
) -> None:
    assert load_one(folder, f"{front}Word.").minutes == 1
    assert load_one(folder, front + "word " * 221).minutes == 2


def test_a_line_across_the_text_is_no_end_of_the_front_matter(folder: Path, front: str) -> None:
    assert "After" in load_one(folder, f"{front}Before\n\n---\n\nAfter").html


def test_the_newest_article_stands_first(folder: Path, front: str) -> None:
    (folder / "old.md").write_text(front)
    (folder / "new.md").write_text(front.replace("2026", "2027").replace("events\n", "later\n"))
    assert [one.about.slug for one in load_articles(folder).articles] == ["later", "events"]


def test_an_unknown_slug_is_a_key_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        load_articles(folder).article("nothing")


def test_a_site_without_articles_starts(tmp_path: Path) -> None:
    assert load_articles(tmp_path / "none").articles == ()


def test_two_articles_of_one_slug_are_refused(folder: Path, front: str) -> None:
    (folder / "one.md").write_text(front)
    (folder / "two.md").write_text(front)
    with pytest.raises(DataFileError, match="Two articles have the slug 'events'"):
        load_articles(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("---\n", "", "The file must begin with"),
        ("slug: events\n", "", "missing required field `slug`"),
        ("2026-11-20", "soon", "Invalid RFC3339"),
        ("title:", "titel:", "unknown field `titel`"),
        ("topics: [events, outbox]", "topics:", "must read 'key: value'"),
        ("topics: [events, outbox]", "topics: events", "Expected `array`, got `str`"),
    ],
)
def test_a_fault_above_the_text_names_the_file_and_the_fault(
    folder: Path, front: str, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError, match=r"articles/one\.md: ") as caught:
        load_one(folder, front.replace(old, new))
    assert sentence in str(caught.value)


def test_an_image_that_is_no_diagram_names_the_file(folder: Path, front: str) -> None:
    with pytest.raises(DataFileError, match=r"one\.md: The image 'diagrams/gone\.svg' is no file"):
        load_one(folder, f"{front}![A way](diagrams/gone.svg)")


def test_quotes_around_a_value_are_not_part_of_it() -> None:
    assert read_front_matter("a: 'x'\nb: [\"y\", z]") == {"a": "x", "b": ["y", "z"]}


def test_every_shipped_article_can_be_read() -> None:
    for article in load_articles(SHIPPED).articles:
        assert article.about.slug == article.about.slug.lower()
        assert article.contents, f"{article.about.slug} has no headings"
