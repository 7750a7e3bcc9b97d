"""The firm's pages: the brand's texts come from one file, and stay plain text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.texts.faults import ContentError
from app.content.texts.markdown import render_markdown
from app.content.texts.pages import Page, load_pages
from app.content.texts.placeholders import fill_in
from app.content.texts.source import Source
from app.content.texts.text import parse_text

FRONT = """---
title: About {{ brand.name }}
label: About
summary: A page.
position: 1
---
"""
KNOWN = {"brand.name": "Smith & *Sons* <b>", "brand.email": "a_b@c.example"}


def load_one(folder: Path, text: str) -> Page:
    (folder / "about.md").write_text(FRONT + text)
    return load_pages(folder, KNOWN).pages[0]


def test_a_page_is_served_under_its_file_name_with_the_brand_filled_in(tmp_path: Path) -> None:
    page = load_one(
        tmp_path, "We are {{brand.name}}: [{{ brand.email }}](mailto:{{ brand.email }})."
    )
    assert page.path == "/about"
    assert page.about.title == "About Smith & *Sons* <b>"
    assert "We are Smith &amp; *Sons* &lt;b&gt;:" in page.html
    assert '<a href="mailto:a_b@c.example">a_b@c.example</a>' in page.html


def test_pages_are_listed_in_the_order_of_their_positions(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(FRONT.replace("position: 1", "position: 2") + "Text.")
    (tmp_path / "b.md").write_text(FRONT + "Text.")
    assert [page.slug for page in load_pages(tmp_path, KNOWN).pages] == ["b", "a"]


@pytest.mark.parametrize("name", ["brand.bank", "config.SECRET_KEY", "brand.__class__", ""])
def test_only_the_placeholders_on_the_list_can_be_used(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentError, match=r"about\.md:9: There is no") as caught:
        load_one(tmp_path, f"One\n\n{{{{ {name} }}}}")
    assert "There are: brand.name, brand.email." in caught.value.message


def test_the_name_of_a_file_must_be_usable_as_an_address(tmp_path: Path) -> None:
    (tmp_path / "Über uns.md").write_text(FRONT)
    with pytest.raises(ContentError, match=r"Über uns\.md:1: The file's name is its address"):
        load_pages(tmp_path, KNOWN)


def test_a_placeholder_in_the_front_matter_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "about.md").write_text(FRONT.replace("brand.name", "brand.nmae"))
    with pytest.raises(ContentError, match=r"about\.md:2: There is no \{\{ brand\.nmae"):
        load_pages(tmp_path, KNOWN)


@pytest.mark.parametrize(
    ("key", "line"),
    [('title: ""', 2), ("title: ' '", 2), ('label: ""', 3), ('summary: ""', 4)],
)
def test_an_empty_field_in_the_front_matter_is_refused(tmp_path: Path, key: str, line: int) -> None:
    name = key.partition(":")[0]
    (tmp_path / "about.md").write_text(re.sub(rf"{name}: .*", key, FRONT) + "Text.")
    with pytest.raises(ContentError, match=rf"about\.md:{line}: '{name}' says nothing\.$"):
        load_pages(tmp_path, KNOWN)


def test_the_language_in_the_front_matter_must_be_one_of_the_sites(tmp_path: Path) -> None:
    (tmp_path / "about.md").write_text(FRONT.replace("position", "language: dee\nposition"))
    with pytest.raises(ContentError, match=r"about\.md:5: 'dee' is not a two-letter language code"):
        load_pages(tmp_path, KNOWN)


def test_the_faults_of_all_pages_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(FRONT + "# Big")
    (tmp_path / "b.md").write_text("nothing above")
    with pytest.raises(ContentError) as caught:
        load_pages(tmp_path, KNOWN)
    assert [fault.path.name for fault in caught.value.faults] == ["a.md", "b.md"]


@given(name=st.text("*_`[]()<>&!#~^\\|.-+\"'ab1 ", min_size=1).filter(lambda text: text.strip()))
def test_whatever_the_firm_is_called_its_name_stays_plain_text(name: str) -> None:
    source = Source(Path("a.md"), {}, {}, "x{{ brand.name }}x", 0)
    html, _ = render_markdown(parse_text(fill_in(source, {"brand.name": name})).tokens, {})
    assert "<" not in html.removeprefix("<p>").rstrip().removesuffix("</p>")
