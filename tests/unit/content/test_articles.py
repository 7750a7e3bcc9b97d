"""Articles: from the file to what the page shows, and which article comes next."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.content.texts.articles import Article, load_articles
from app.content.texts.faults import ContentError

SHIPPED = Path(__file__).parents[3] / "content/articles"
Write = Callable[..., Path]


@pytest.fixture
def write(folder: Path, front: str) -> Write:
    """Write an article: its front matter with one passage replaced, and a text."""

    def write(name: str, old: str = "", new: str = "", text: str = "Text.\n") -> Path:
        path = folder / f"{name}.md"
        own = front.replace("slug: events", f"slug: {name}").replace(old, new)
        path.write_text(own + text, encoding="utf-8")
        return path

    return write


def load_one(folder: Path, text: str) -> Article:
    (folder / "one.md").write_text(text, encoding="utf-8")
    return load_articles(folder).articles[0]


def test_an_article_is_read_with_its_front_matter(folder: Path, front: str) -> None:
    article = load_one(folder, f"{front}## First\n\nText.\n")
    assert article.about.title == "Events: what they ask of you"
    assert article.about.summary == "What follows from writing a fact down once."
    assert article.about.published == article.about.changed == date(2026, 11, 20)
    assert article.about.topics == ["events", "outbox"]
    assert [heading.text for heading in article.contents] == ["First"]


def test_front_matter_is_typeset_like_the_text(folder: Path, write: Write) -> None:
    write("one", "Events: what they ask of you", "Events -- what they *can't* ask")
    write("two", "What follows from", "It isn't")
    articles = load_articles(folder)
    assert articles.article("one").about.title == "Events – what they *can’t* ask"
    assert articles.article("two").about.summary == "It isn’t writing a fact down once."


def test_an_updated_article_was_last_changed_on_the_day_of_the_update(
    folder: Path, write: Write
) -> None:
    write("one", "topics:", "updated: 2026-11-22\ntopics:")
    assert load_articles(folder).articles[0].about.changed == date(2026, 11, 22)


def test_the_reading_time_counts_220_words_a_minute_and_is_never_zero(
    folder: Path, front: str
) -> None:
    assert load_one(folder, f"{front}Word.").minutes == 1
    assert load_one(folder, front + "word " * 221).minutes == 2


def test_a_horizontal_rule_in_the_text_does_not_end_the_front_matter(
    folder: Path, front: str
) -> None:
    assert "After" in load_one(folder, f"{front}Before\n\n---\n\nAfter").html


def test_the_newest_article_comes_first(folder: Path, write: Write) -> None:
    write("old", "2026", "2025")
    write("new")
    assert [one.about.slug for one in load_articles(folder).articles] == ["new", "old"]


def test_an_unknown_slug_is_a_key_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        load_articles(folder).article("nothing")


def test_a_site_without_articles_starts(tmp_path: Path) -> None:
    assert load_articles(tmp_path / "none").articles == ()


def test_a_draft_is_not_among_the_articles_and_follows_none(folder: Path, write: Write) -> None:
    write("one")
    write("later", "topics:", "draft: true\ntopics:")
    articles = load_articles(folder)
    assert [one.about.slug for one in articles.articles] == ["one"]
    assert articles.draft("later").about.draft
    assert articles.following(articles.article("one")) == []
    with pytest.raises(KeyError):
        articles.article("later")
    with pytest.raises(KeyError):
        articles.draft("one")


def test_only_a_draft_may_have_a_date_that_has_not_begun_anywhere(
    folder: Path, write: Write
) -> None:
    today = datetime.now(UTC).date()
    write("one", "2026-11-20", str(today + timedelta(days=1)))
    write("later", "2026-11-20", f"{today + timedelta(days=30)}\ndraft: true")
    assert len(load_articles(folder).articles) == len(load_articles(folder).drafts) == 1
    write("later", "2026-11-20", str(today + timedelta(days=3)))
    with pytest.raises(ContentError, match=r"later\.md:5: .* is in the future"):
        load_articles(folder)


def test_articles_sharing_the_most_topics_come_next_and_among_equals_the_newest(
    folder: Path, write: Write
) -> None:
    write("one")
    write("none", "[events, outbox]", "[kafka]")
    write("both")
    write("old", "[events, outbox]", "[events]")
    write("new", "20\ntopics: [events, outbox]", "25\ntopics: [outbox, kafka]")
    articles = load_articles(folder)
    following = articles.following(articles.article("one"))
    assert [article.about.slug for article in following] == ["both", "new", "old"]


def test_two_articles_with_the_same_slug_are_refused_each_with_its_line(
    folder: Path, write: Write
) -> None:
    write("one")
    write("two", "slug: two", "slug: one")
    with pytest.raises(ContentError) as caught:
        load_articles(folder)
    assert [(fault.path.name, fault.line, fault.sentence) for fault in caught.value.faults] == [
        ("one.md", 3, "Two articles have the slug 'one'."),
        ("two.md", 3, "Two articles have the slug 'one'."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("---\n", "", 1, "The file must begin with"),
        ("slug: one\n", "", 1, "missing required field `slug`"),
        ("slug: one", "slug: One/2", 3, "may contain only a to z, 0 to 9 and hyphens"),
        ("slug: one", "slug: one\nslug: two", 4, "'slug' is given here for the second time"),
        ("2026-11-20", "soon", 5, "published: Invalid RFC3339"),
        ("2026-11-20", "2926-11-20", 5, "2926-11-20 is in the future: keep the article a draft"),
        ("title:", "titel:", 2, "unknown field `titel`"),
        ("topics: [events, outbox]", "topics:", 6, "must read 'key: value'"),
        ("topics: [events, outbox]", "topics: events", 6, "topics: Expected `array`, got `str`"),
        ("outbox]", "outbocks]", 6, "'outbocks' is not in topics.toml. Is it 'outbox'?"),
        ("topics: [events, outbox]", "topics: []", 6, "'topics' says nothing."),
        ("Events: what they ask of you", '""', 2, "'title' says nothing."),
        ("What follows from writing a fact down once.", "", 4, "'summary' says nothing."),
        ("topics:", 'language: ""\ntopics:', 6, "'language' says nothing."),
        ("topics:", "updated: 2026-11-19\ntopics:", 6, "updated before it was published"),
        ("topics:", "draft: perhaps\ntopics:", 6, "draft: Expected `bool`, got `str`"),
        ("topics:", "language: xx\ntopics:", 6, "'xx' is not a two-letter language code"),
        ("topics:", "language: German\ntopics:", 6, "'German' is not a two-letter language code"),
        ("topics:", "language: EN\ntopics:", 6, "'EN' is not a two-letter language code"),
        ("topics:", "language: ../de\ntopics:", 6, "'../de' is not a two-letter language code"),
    ],
)
def test_a_fault_in_the_front_matter_is_reported_with_its_line(
    folder: Path, write: Write, old: str, new: str, line: int, sentence: str
) -> None:
    write("one", old, new)
    with pytest.raises(ContentError, match=rf"articles/one\.md:{line}: ") as caught:
        load_articles(folder)
    assert sentence in caught.value.faults[0].sentence


def test_the_faults_of_all_files_are_reported_together(folder: Path, write: Write) -> None:
    write("one", text="# Again\n")
    write("two", "title:", "titel:")
    with pytest.raises(ContentError) as caught:
        load_articles(folder)
    assert [fault.path.name for fault in caught.value.faults] == ["one.md", "two.md"]


def test_a_file_may_begin_with_a_byte_order_mark(folder: Path, front: str) -> None:
    (folder / "one.md").write_text(f"\ufeff{front}## Why", encoding="utf-8")
    assert [one.about.slug for one in load_articles(folder).articles] == ["events"]


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "one.md").write_bytes(b"---\ntitle: \xff\n---\n")
    with pytest.raises(ContentError, match=r"one\.md:2: This is not UTF-8"):
        load_articles(folder)


@pytest.mark.parametrize("name", ["one.md", "diagrams/on.svg", "proofs.json"])
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    with pytest.raises(ContentError, match=rf"{name}:1: .+ can't be read \(Is a directory\)"):
        load_articles(folder)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("diagrams/way.svg", "<svg>\n<g>", 2),
        ("topics.toml", "topics = [\n1 2]", 2),
        ("topics.toml", 'topic = ["outbox"]', 1),
        ("proofs.toml", "\n\nproofs = ,", 3),
        ("proofs.json", "{", 1),
    ],
)
def test_a_fault_in_another_file_neither_hides_nor_adds_faults_in_the_texts(
    folder: Path, write: Write, name: str, text: str, line: int
) -> None:
    (folder / name).write_text(text)
    write("one", text="![Words](diagrams/way.svg)\n\n[Twice](proof:twice)\n\n# Big\n")
    with pytest.raises(ContentError) as caught:
        load_articles(folder)
    faults = [(fault.path.name, fault.line) for fault in caught.value.faults]
    assert sorted(faults) == sorted([(Path(name).name, line), ("one.md", 12)])


def test_every_shipped_article_can_be_read() -> None:
    articles = load_articles(SHIPPED)
    for article in (*articles.articles, *articles.drafts):
        assert article.contents, f"{article.about.slug} has no headings"
