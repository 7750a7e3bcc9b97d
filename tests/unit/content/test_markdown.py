"""Markdown: what reaches the page, and what never does."""

import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from app.content.texts.markdown import Heading, markdown_parser, render_markdown

SVG = '<svg viewBox="0 0 1 1"></svg>'
PIECES = st.sampled_from(
    ["<script>", "</script>", "<img src=x onerror=a>", "[a](javascript:a)", "![a](diagrams/x.svg)"]
    + ["|a|b|\n|-|-:|\n|1|2|\n", "```\n", "[^1]", "[^1]: note", "## h", '"', "<p style=color:red>"]
    + ["\n\n", "> ", "- ", "`", "**", "&lt;script&gt;", "[x]: javascript:a\n[x]"]
)


def render(text: str) -> str:
    return render_markdown(markdown_parser().parse(text), {"x.svg": SVG})[0]


@given(text=st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_no_text_produces_anything_that_the_content_policy_forbids(
    text: str, faults_in: Callable[[str], list[str]]
) -> None:
    assert faults_in(render(text)) == []


def test_html_in_an_article_is_shown_and_not_run() -> None:
    assert "&lt;script&gt;" in render("<script>alert(1)</script>")


def test_every_entry_in_the_table_of_contents_links_to_a_heading() -> None:
    tokens = markdown_parser().parse("## One *thing*, `x`\n\n### Two\n\n## One\n\n# No")
    html, contents = render_markdown(tokens, {})
    assert [(h.level, h.text) for h in contents] == [(2, "One thing, x"), (3, "Two"), (2, "One")]
    for heading in contents:
        assert f'id="{heading.anchor}"' in html
    assert isinstance(contents[0], Heading)


def test_a_mention_links_to_its_footnote_and_the_footnote_back_to_every_mention() -> None:
    html = render("One[^n] and again[^n].\n\n[^n]: The note.")
    assert '<a href="#fn1" id="fnref1">1</a>' in html
    assert re.findall(r'href="#(fnref[^"]*)"', html) == ["fnref1", "fnref1:1"]
    assert all(f'id="{anchor}"' in html for anchor in ("fnref1", "fnref1:1", "fn1"))
    names = re.findall(r'aria-label="Back to note ([^"]*)"', html)
    assert names == ["1 in the text", "1 in the text, place 2"]


def test_a_column_of_figures_is_marked_by_a_class() -> None:
    html = render("| a | b |\n| --- | ---: |\n| x | 12 |")
    assert '<th class="num">b</th>' in html
    assert '<td class="num">12</td>' in html
    assert "<th>a</th>" in html


def test_the_empty_corner_of_a_table_is_not_a_heading() -> None:
    html = render("| | a |\n| --- | --- |\n| b | 1 |")
    assert "<td></td>" in html
    assert "<th></th>" not in html


def test_a_table_of_figures_and_a_listing_can_be_scrolled_with_the_keyboard() -> None:
    html = render("| a | b |\n| --- | ---: |\n| x | 12 |\n\n```\ncode\n```")
    assert re.search(r'<div class="table-scroll" tabindex="0"[^>]*><table class="table">', html)
    assert html.count("</table></div>") == 1
    assert "data-label" not in html
    assert '<pre tabindex="0" role="group" aria-label="Code">' in html


def test_in_a_table_of_words_each_row_has_a_heading_and_each_cell_the_name_of_its_column() -> None:
    html = render("| a | *It's* `b` |\n| --- | --- |\n| x | y |\n| z | |")
    assert '<div class="table-scroll"><table class="table table--stacks">' in html
    assert html.count('<th scope="row">x</th>') == html.count('<th scope="row">z</th>') == 1
    quote = "\N{RIGHT SINGLE QUOTATION MARK}"
    assert f'<td data-label="It{quote}s b">y</td>' in html
    assert "tabindex" not in html


def test_a_diagram_has_its_description_and_its_caption() -> None:
    html = render('![A "way" & more](diagrams/x.svg "It\'s the \\"way\\"")')
    assert 'role="img" aria-label="A &quot;way&quot; &amp; more"' in html
    assert "<figcaption>It’s the “way”</figcaption>" in html
    assert "<p><figure" not in html


def test_a_figure_stays_on_one_line_with_its_unit() -> None:
    assert "126&nbsp;MB in 25&nbsp;ms, 8 servers" in render("126 MB in 25 ms, 8 servers")


def test_a_long_path_or_address_may_break_after_a_slash_and_its_link_is_unchanged() -> None:
    path = "app/events/projections/folded_table.py"
    assert f"<code>{path.replace('/', '/<wbr>')}</code>" in render(f"`{path}`")
    assert "<code>app/events/log.py</code>" in render("`app/events/log.py`")
    assert "either/or" in render("either/or")
    html = render("<https://example.org/docs/x>")
    assert '<a href="https://example.org/docs/x">https://example.org/<wbr>docs/<wbr>x</a>' in html
