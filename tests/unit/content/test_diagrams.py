"""Diagrams: what goes into a page unchanged has to be fit for it."""

import re
from pathlib import Path

import pytest

from app.content.texts.diagrams import CLASSES, figure, read_diagram, read_diagrams
from app.content.texts.faults import ContentError

STYLES = Path(__file__).parents[3] / "app/static/css/figures.css"
SHIPPED = Path(__file__).parents[3] / "content/articles/diagrams"


def drawn(tmp_path: Path, inside: str) -> str:
    path = tmp_path / "way.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inside}</svg>')
    return read_diagram(path)


def test_ids_and_references_to_them_are_prefixed_with_the_diagrams_name(tmp_path: Path) -> None:
    svg = drawn(tmp_path, '<g id="tip"/><path marker-end="url(#tip)"/><use href="#tip"/>')
    assert 'id="way-tip"' in svg
    assert 'url(#way-tip)"' in svg
    assert 'href="#way-tip"' in svg


def test_comments_and_the_xml_declaration_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "way.svg"
    path.write_text(
        '<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 1 1"><!-- b --></svg>'
    )
    assert read_diagram(path).startswith("<svg")
    assert "--" not in read_diagram(path)


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<script>a</script>", "a script"),
        ("<style>a</style>", "a style element or attribute"),
        ('<g style="fill:red"/>', "a style element or attribute"),
        ('<g onclick="a"/>', "an event handler"),
        ('<use href="https://example.com/x"/>', "a foreign address"),
        ('<g fill="url(https://example.com/x)"/>', "a foreign address"),
        ('<g fill="#000"/>', "a colour of its own"),
        ("<g stroke='black'/>", "a colour of its own"),
    ],
)
def test_a_drawing_with_anything_that_a_page_may_not_contain_is_refused(
    tmp_path: Path, inside: str, what: str
) -> None:
    with pytest.raises(ContentError, match=rf"way\.svg:3: A diagram may not hold {what}\."):
        drawn(tmp_path, f"<g/>\n<g/>\n{inside}")


def test_a_class_that_has_no_style_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"way\.svg:2: A diagram has no class 'fig-box'\."):
        drawn(tmp_path, '<g class="accent-fill"/>\n<g class="muted-fill fig-box"/>')


def test_the_permitted_classes_are_those_that_the_style_sheet_has_for_diagrams() -> None:
    styled = set(re.findall(r"\.diagram \.([a-z-]+)", STYLES.read_text()))
    assert {*CLASSES} == {"diagram", *styled}


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (b"<svg", 1, "not well-formed XML (unclosed token)"),
        (b"<svg>\n<g>\n</svg>", 3, "not well-formed XML (mismatched tag)"),
        (b"<svg>\n\xff</svg>", 2, "not UTF-8"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 1, "an svg with a viewBox"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><g viewBox="0 0 1 1"/></svg>', 1, "a viewBox"),
        (b"<p/>", 1, "The outermost element"),
    ],
)
def test_a_file_that_is_not_a_drawing_is_refused(
    tmp_path: Path, text: bytes, line: int, sentence: str
) -> None:
    (tmp_path / "way.svg").write_bytes(text)
    with pytest.raises(ContentError, match=rf"way\.svg:{line}: ") as caught:
        read_diagrams(tmp_path)
    assert sentence in caught.value.faults[0].sentence


def test_the_articles_description_replaces_the_drawings_own() -> None:
    html = figure('<svg role="x" aria-label="y" viewBox="0 0 1 1"><g/></svg>', "Words")
    assert '<svg viewBox="0 0 1 1" role="img" aria-label="Words"><g/>' in html


def test_only_a_drawing_wider_than_a_phone_scrolls() -> None:
    assert "tabindex" not in figure('<svg viewBox="0 0 400 10"></svg>', "Words")
    assert 'tabindex="0"' in figure('<svg viewBox="0 0 720 10"></svg>', "Words")


def test_a_caption_is_escaped() -> None:
    assert "<figcaption>a &lt;b&gt;</figcaption>" in figure(
        '<svg viewBox="0 0 1 1"></svg>', "Words", "a <b>"
    )


def test_every_shipped_diagram_is_fit_for_a_page() -> None:
    read_diagrams(SHIPPED)
