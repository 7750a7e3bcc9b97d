"""A faulty file stops the start and the commands; in development a change shows immediately."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click import ClickException
from flask import Flask

from app.content.texts.faults import ContentError
from tests.integration.content.conftest import command

OwnSite = Callable[..., Flask]


@pytest.fixture
def draft(content_folder: Path) -> Path:
    return content_folder / "articles/not-yet.md"


def line_of(path: Path, text: str) -> int:
    lines = enumerate(path.read_text().splitlines(), 1)
    return next(number for number, line in lines if text in line)


def replace(file: Path, old: str, new: str) -> None:
    """Change a file and give it a later modification time."""
    changed_at = file.stat().st_mtime_ns + 1_000_000
    file.write_text(file.read_text().replace(old, new))
    os.utime(file, ns=(changed_at, changed_at))


def test_the_check_says_that_nothing_is_wrong_and_lists_the_links_to_drafts(
    own_site: OwnSite,
) -> None:
    told = command(own_site(), "content", "check")
    assert told.exit_code == 0
    assert told.output.startswith("Nothing is wrong.")
    assert "Draft 'not-yet': http://localhost/drafts/" in told.output


def test_the_check_names_an_amount_in_words_that_the_rate_card_no_longer_has(
    own_site: OwnSite, content_folder: Path
) -> None:
    assert "rate_card.toml" not in command(own_site(), "content", "check").output
    replace(content_folder / "rate_card.toml", "up_to_cents = 2_500_000", "up_to_cents = 3_000_000")
    told = command(own_site(), "content", "check")
    assert told.exit_code == 0
    is_none = "is no price, floor or budget in rate_card.toml."
    at = line_of(content_folder / "questions.toml", "$10,000 to $25,000")
    assert f"content/questions.toml:{at}: $25,000 {is_none}" in told.output.splitlines()
    at = line_of(content_folder / "translations/de.po", 'msgstr "10.000 bis 25.000')
    assert f"translations/de.po:{at}: 25.000 $ {is_none}" in told.output.splitlines()


def test_the_check_names_an_amount_in_an_offer_or_on_a_page(
    own_site: OwnSite, content_folder: Path
) -> None:
    replace(content_folder / "offers.toml", 'duration = "Month by month"', 'duration = "$70 a day"')
    page = content_folder / "pages/about.md"
    page.write_text(f"{page.read_text()}\nA day costs EUR 900.\n")
    told = command(own_site(), "content", "check").output
    assert re.search(r"^content/offers\.toml:\d+: \$70 is no price", told, re.MULTILINE)
    assert re.search(r"^pages/about\.md:\d+: EUR 900 is no price", told, re.MULTILINE)


def test_the_check_says_which_of_the_firms_texts_has_no_translation(
    own_site: OwnSite, content_folder: Path
) -> None:
    replace(content_folder / "brand.toml", 'city = "Burlington', 'city = "East Burlington')
    replace(content_folder / "offers.toml", 'duration = "Month by month"', 'duration = "By days"')
    told = command(own_site(), "content", "check").output
    assert "translations/de.po:1: “By days” has no translation yet." in told.splitlines()
    replace(content_folder / "offers.toml", "Four to ten weeks", "Weeks")
    told = command(own_site(), "content", "check").output
    assert "has no translation yet, nor has one other text." in told


def test_the_check_names_a_kind_that_goes_by_two_names_and_a_calendar_that_ends_soon(
    own_site: OwnSite, content_folder: Path
) -> None:
    questions = content_folder / "questions.toml"
    replace(questions, 'label = "Fractional"', 'label = "By the month"')
    calendar = content_folder / "calendar.toml"
    said = re.sub(r"holidays = \[[^]]*\]", "holidays = [2026-01-01]", calendar.read_text())
    replace(calendar, calendar.read_text(), said)
    told = command(own_site(), "content", "check").output.splitlines()
    at = line_of(questions, '"By the month"')
    name = "“By the month” is called “Fractional” in offers.toml (fractional)."
    assert f"content/questions.toml:{at}: {name}" in told
    at = line_of(calendar, "holidays")
    assert any(
        line.startswith(f"content/calendar.toml:{at}: The last holiday is 2026-01-01.")
        for line in told
    )


def test_the_check_names_a_catalog_that_is_missing(own_site: OwnSite, content_folder: Path) -> None:
    (content_folder / "translations/de.po").unlink()
    told = command(own_site(), "content", "check").output.splitlines()
    assert "translations/de.po:1: There is no such catalog yet; `make texts` writes it." in told


def test_the_start_stops_with_every_fault_listed_together(own_site: OwnSite, draft: Path) -> None:
    replace(draft, "## A part", "### A part")
    replace(draft, "[Kafka]", "[Kafak]")
    with pytest.raises(ContentError) as caught:
        own_site()
    assert str(caught.value).splitlines() == [
        "articles/not-yet.md:6: The topic 'Kafak' is not in topics.toml. Is it 'Kafka'?",
        "articles/not-yet.md:9: 'A part' has 3 #, and the heading above it 1.",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("questions.toml", 'key = "tried"', 'key = "data"', "Question 'data' needs another key"),
        ("questions.toml", 'key = "tried"', 'key = "go_to"', "Question 'go_to' needs another key"),
        ("questions.toml", 'key = "tried"', 'key = "subject"', "Question 'subject' needs another"),
        ("rubric.toml", '"ordering-and-', '"order-and-', "A misfit recommends 'order-and-consis"),
    ],
)
def test_data_that_no_page_can_show_stops_the_start(
    own_site: OwnSite, content_folder: Path, name: str, old: str, new: str, sentence: str
) -> None:
    replace(content_folder / name, old, new)
    with pytest.raises(ClickException) as caught:
        own_site()
    assert name in caught.value.message and sentence in caught.value.message


@pytest.mark.parametrize("key", ["lang", "errors"])
def test_a_comparer_question_whose_key_its_form_cannot_use_stops_the_start(
    own_site: OwnSite, content_folder: Path, key: str
) -> None:
    replace(content_folder / "comparer.toml", 'key = "peak"', f'key = "{key}"')
    replace(content_folder / "comparer.toml", ' peak = "', f' {key} = "')
    with pytest.raises(ClickException, match=f"Question '{key}' needs another key"):
        own_site()


def test_a_misfit_may_recommend_an_article_that_is_still_a_draft(
    own_site: OwnSite, content_folder: Path
) -> None:
    replace(content_folder / "rubric.toml", '"ordering-and-consistency"', '"not-yet"')
    own_site()


def test_a_page_at_an_address_of_the_sites_own_stops_the_start(
    own_site: OwnSite, content_folder: Path
) -> None:
    shutil.copy(content_folder / "pages/about.md", content_folder / "pages/apply.md")
    with pytest.raises(ContentError, match=r"apply\.md:1: The site has another page at /apply\."):
        own_site()


def test_a_link_has_to_lead_to_a_page_that_everybody_can_open(
    own_site: OwnSite, draft: Path
) -> None:
    right = [
        "labs/retail",
        "labs/this-site",
        "apply/you",
        "engagements/build",
        "about",
        "articles/",
    ]
    wrong = ["labs/none", "apply/none", "applications/abc", "apply/resume/abc", "articles/cqrs.png"]
    wrong += ["labs/retail/state", "drafts/abc"]
    draft.write_text(draft.read_text() + "".join(f"\n[l](/{path})" for path in right + wrong))
    with pytest.raises(ContentError) as caught:
        own_site()
    assert [fault.sentence for fault in caught.value.faults] == [
        f"The link '/{path}' leads to no page that everyone can read." for path in wrong
    ]


@pytest.mark.parametrize(
    "name", ["articles/Two.MD", "articles/old/two.md", "articles/two.svg", "pages/two.svg"]
)
def test_a_file_that_nothing_reads_stops_the_start(
    own_site: OwnSite, content_folder: Path, name: str
) -> None:
    (content_folder / name).parent.mkdir(exist_ok=True)
    (content_folder / name).touch()
    with pytest.raises(ContentError, match=rf"{Path(name).name}:1: Nothing reads this file\."):
        own_site()


def test_in_development_a_change_shows_at_the_next_reload(own_site: OwnSite, draft: Path) -> None:
    client = own_site(ENVIRONMENT="development").test_client()
    assert client.get("/articles/not-yet").status_code == 404
    replace(draft, "draft: true\n", "")
    assert "Text with a" in client.get("/articles/not-yet").text
    replace(draft, "Text with a", "Words with a")
    assert "Words with a" in client.get("/articles/not-yet").text


def test_in_development_a_fault_replaces_the_page_until_it_is_fixed(
    own_site: OwnSite, draft: Path
) -> None:
    client = own_site(ENVIRONMENT="development").test_client()
    replace(draft, "#a-part", "#nowhere")
    page = client.get("/articles/")
    assert page.status_code == 500
    assert "articles/not-yet.md:11: The link" in page.text
    replace(draft, "#nowhere", "#a-part")
    assert client.get("/articles/").status_code == 200


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("diagrams/fold.svg", "</svg>", "<script/></svg>", r"\d+"),
        ("diagrams/fold.svg", "</svg>", "", r"\d+"),
        ("topics.toml", '"Kafka",', '"Kafka" ?', "8"),
        ("proofs.toml", "says =", "say =", "1"),
        ("proofs.json", "{", "{,", "1"),
    ],
)
def test_in_development_a_fault_in_a_file_beside_the_texts_also_replaces_the_page(
    own_site: OwnSite, content_folder: Path, name: str, old: str, new: str, line: str
) -> None:
    client = own_site(ENVIRONMENT="development").test_client()
    file = content_folder / "articles" / name
    right = file.read_text()
    replace(file, old, new)
    page = client.get("/")
    assert page.status_code == 500
    assert re.search(rf"<code>\w+/{file.name}:{line}: ", page.text)
    replace(file, file.read_text(), right)
    assert client.get("/").status_code == 200


def test_outside_development_a_change_waits_for_the_next_start(
    own_site: OwnSite, draft: Path
) -> None:
    client = own_site().test_client()
    replace(draft, "draft: true\n", "")
    assert client.get("/articles/not-yet").status_code == 404
