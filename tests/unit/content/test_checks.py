"""A fault in a text is reported in a sentence, with its line in the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map, Rule

from app.content.texts.checks.every import find_faults
from app.content.texts.known import Known
from app.content.texts.links import Targets, wrong_links
from app.content.texts.proofs import NO_PROOFS
from app.content.texts.source import Source
from app.content.texts.text import parse_text

ABOVE = 7
RULES = Map(
    [
        Rule("/articles/", endpoint="content.article_index"),
        Rule("/articles/<slug>", endpoint="content.article"),
        Rule("/articles/<slug>.png", endpoint="pictures.article"),
        Rule("/drafts/<token>", endpoint="content.preview"),
        Rule("/engagements/<kind>", endpoint="content.engagement_kind"),
        Rule("/staff/login", endpoint="accounts.login", methods=["GET", "POST"]),
        Rule("/staff/logout", endpoint="accounts.logout", methods=["POST"]),
    ]
)
PATHS = frozenset({"/engagements/sprint"})
TARGETS = Targets(RULES.bind(""), PATHS, {"/articles/two": frozenset({"there"})})


def source(text: str) -> Source:
    return Source(Path("articles/one.md"), {}, {}, text, ABOVE)


def faults_in(text: str) -> list[tuple[int, str]]:
    """Each fault with its line in the text."""
    found = find_faults(parse_text(source(text)), Known({"x.svg": "<svg/>"}, (), NO_PROOFS))
    return [(fault.line - ABOVE, fault.sentence) for fault in found]


def wrong_links_in(text: str) -> list[tuple[int, str]]:
    parsed = parse_text(source(text))
    targets = Targets(TARGETS.rules, PATHS, {**TARGETS.anchors, "/articles/one": parsed.anchors})
    found = wrong_links(parsed, "/articles/one", targets)
    return [(fault.line - ABOVE, fault.sentence) for fault in found]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("Text.\n\n# Big", 3, "'Big' is a heading like the title. Begin with ##."),
        ("### Small", 1, "'Small' has 3 #, and the heading above it 1."),
        ("## A\n\n#### Small", 3, "'Small' has 4 #, and the heading above it 2."),
        ("## One *thing*\n\n## One thing", 3, "There are two headings 'One thing'."),
        ("## Notes", 1, "The page itself has a heading 'Notes': use another."),
        ("## A\n\nText.\n\n##", 5, "A heading needs words after its #."),
        ("A\n##Small", 2, "'##Small' is not a heading: a heading has a space after its #."),
        ("A\n\n![W](diagrams/y.svg)", 3, "The image 'diagrams/y.svg' is not a file in diagrams/."),
        ("![W](https://e.example/x.png)", 1, "The image 'https://e.example/x.png' is not a file"),
        ("![](diagrams/x.svg)", 1, "needs words for those who can't see it."),
        ("A\n![W](diagrams/x.svg)", 2, "'diagrams/x.svg' needs a paragraph of its own."),
        ("[![W](diagrams/x.svg)](/)", 1, "'diagrams/x.svg' needs a paragraph of its own."),
        ("A[^n].\n\n[^n]: ![W](diagrams/x.svg)", 3, "needs a paragraph of its own."),
        ("![W](diagrams/x.svg)\n\n![V](x.svg)", 3, "The image 'x.svg' is already in this text."),
        ("A\n\nOne,\ntwo[^n].", 4, "The footnote 'n' is not defined anywhere."),
        ("A\n\n[^n]: Note.", 3, "No sentence has the footnote 'n'."),
        ("A[^n].\n\n[^n]: B\n\n[^n]: C", 5, "The footnote 'n' is defined a second time."),
        ("A\n\nSee\n[the docs][docs].", 4, "'[docs]' is not defined anywhere"),
        ("[x] (https://e.example/)", 1, "A space is between [words] and (https://e.example/)."),
        ("[x](https://e.example/a b)", 1, "'https://e.example/a b' is not an address for a link"),
        ("[x](javascript:x)", 1, "'javascript:x' is not an address for a link"),
        ("![x](diagrams/a x.svg)", 1, "'diagrams/a x.svg' is not an address for a link"),
        ("A\n\n| a | b |\n| --- |\n| 1 | 2 |", 3, "This is not a table: a table has a line of ---"),
        ("A\n\na | b\n--- | --- | ---\n1 | 2", 4, "This is not a table: a table has a line of ---"),
        ("| a | b |\n---", 1, "This is not a table: a table has a line of ---"),
        ("|a|b|\n|-|-|\n|1|2|\n|1|2|3|", 4, "Cells in this row: 3. In the head of its table: 2."),
        ("> |a|b|\n> |-|-|\n> |1\\|2|", 3, "Cells in this row: 1. In the head of its table: 2."),
        ("|a|b|\n|-|-|\n|1|2|\nAfter", 4, "Cells in this row: 1. In the head of its table: 2."),
        ("", 1, "There is no text."),
        ("\n[l]: /about\n", 1, "There is no text."),
    ],
)
def test_a_fault_is_reported_with_its_line(text: str, line: int, sentence: str) -> None:
    [(found_line, found)] = faults_in(text)
    assert found_line == line
    assert sentence in found


def test_a_correct_text_has_no_faults() -> None:
    assert (
        faults_in(
            "Text[^n], `[^code]`, `[a][b]`, [sic] (so), [l].\n\n## A\n\n### B\n\n#### C\n\n## D\n\n"
            '- ![Words](diagrams/x.svg "A caption")\n\n```\n[^n]: Code\n# no heading\n##none\n'
            "| no | table |\n```\n\n- |a|b|\n  |-|-|\n  |`1\\|2`||\n\nA line with | in it.\n\n"
            "[^n]: Note.\n[l]: /about\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (
            "A\n\n[l](/articles/three)",
            3,
            "'/articles/three' leads to no page that everyone can read.",
        ),
        (
            "[l](/articles/two.png)",
            1,
            "'/articles/two.png' leads to no page that everyone can read.",
        ),
        ("[l](/drafts/abc)", 1, "'/drafts/abc' leads to no page that everyone can read."),
        ("[l](/nothing)", 1, "'/nothing' leads to no page."),
        ("[l](/staff/logout)", 1, "'/staff/logout' leads to no page."),
        (
            "[l](/engagements/retainer)",
            1,
            "'/engagements/retainer' leads to no page that everyone",
        ),
        ("[l](/articles)", 1, "'/articles' takes a detour: write /articles/."),
        ("[l](#nowhere)", 1, "'/articles/one#nowhere' leads to no heading of that text."),
        ("[l](/articles/two#here)", 1, "'/articles/two#here' leads to no heading of that text."),
        ("[l](two)", 1, "'two' must begin with /, #, https:// or mailto:."),
        ("[l]()", 1, "'' must begin with /, #, https:// or mailto:."),
        ("[l](http://a.example)", 1, "'http://a.example' must begin with"),
        ("| a |\n|---|\n| [l](/no) |", 3, "'/no' leads to no page."),
        ("Text[^n].\n\n[^n]: [l](/no)", 3, "'/no' leads to no page."),
    ],
)
def test_a_broken_link_is_reported_with_its_line(text: str, line: int, sentence: str) -> None:
    [(found_line, found)] = wrong_links_in(text)
    assert found_line == line
    assert sentence in found


def test_links_to_pages_headings_and_other_sites_have_no_faults() -> None:
    assert (
        wrong_links_in(
            "## A part\n\n[a](#a-part) [b](/articles/two?x=1#there) [c](/engagements/sprint)"
            " [d](/staff/login?x=1) [e](https://e.example/x) [f](mailto:a@e.example)"
        )
        == []
    )


@given(
    text=st.lists(
        st.sampled_from(["# ", "##", "[^a]", "[^a]: ", "\n", "x", "![", "](y)", "|", "--"])
    )
)
def test_every_fault_is_reported_at_a_line_of_the_text(text: list[str]) -> None:
    whole = "".join(text)
    assert all(1 <= line <= whole.count("\n") + 1 for line, _ in faults_in(whole))
