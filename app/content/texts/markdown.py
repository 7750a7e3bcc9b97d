"""From Markdown to the HTML of a text: rendered, sanitised, then given our own diagrams."""

import html
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec
import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.footnote import footnote_plugin

from app.content.texts.diagrams import figure
from app.content.texts.plain_text import plain_text
from app.content.texts.proofs import NO_PROOFS, SCHEME, Proofs
from app.content.texts.tables import SCROLLS, STACKS, prepare_tables
from app.content.texts.typography import RULES, set_code, set_lines, typeset

TAGS: Final = nh3.ALLOWED_TAGS | {"section"}
ATTRIBUTES: Final = {
    "a": {"href", "title", "id", "aria-label"},
    "h2": {"id"},
    "h3": {"id"},
    "img": {"src", "alt", "title"},
    "li": {"id"},
    "ol": {"start"},
    "section": {"aria-labelledby"},
    "td": {"data-label"},
    "th": {"scope"},
}
CLASSES: Final = {
    "a": {"proof", "proof--held", "proof--broken", "proof--open"},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
    "table": {SCROLLS, *STACKS.split()},
    "td": {"num"},
    "th": {"num"},
}
IMAGE: Final = re.compile(r"(?:<p>)?<img ([^>]*)>(?:</p>)?")
ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')
TABLE: Final = re.compile(f'<table class="({SCROLLS}|{STACKS})">.*?</table>', re.DOTALL)
Tokens = Sequence[Token]
RenderRule = Callable[[RendererHTML, Tokens, int, OptionsDict, MutableMapping[str, Any]], str]


class Heading(msgspec.Struct, frozen=True):
    """An entry in the table of contents, of level 2 or, below that, of level 3."""

    level: int
    anchor: str
    text: str


def render_markdown(
    tokens: Tokens, diagrams: Mapping[str, str], proofs: Proofs = NO_PROOFS
) -> tuple[str, tuple[Heading, ...]]:
    """Render the tokens of a text; ``diagrams`` has the SVG of each file name.

    Everything from the Markdown passes through nh3. Only after that do images become the
    repository's own diagrams, which nh3 would strip; `checks` made sure that each image is one.
    """
    parser = markdown_parser()
    prepare_tables(tokens)
    rendered = parser.renderer.render(tokens, parser.options, {"proofs": proofs})
    safe = nh3.clean(
        rendered, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, link_rel=None
    )
    reachable = make_scrollable(safe)
    return IMAGE.sub(lambda image: draw(image[1], diagrams), reachable), headings_of(tokens)


def markdown_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", *RULES])
    parser.use(footnote_plugin)
    parser.use(anchors_plugin, min_level=2, max_level=3)
    parser.add_render_rule("link_open", open_link)
    parser.add_render_rule("text", by_token(lambda token: set_lines(escapeHtml(token.content))))
    parser.add_render_rule("code_inline", by_token(write_code))
    parser.add_render_rule("footnote_block_open", by_token(open_footnotes))
    parser.add_render_rule("footnote_caption", by_token(name_footnote))
    parser.add_render_rule("footnote_anchor", by_token(lead_back))
    return parser


def make_scrollable(text: str) -> str:
    """Put listings and tables into scroll areas of their own. Those of listings and tables of
    figures can be reached with the keyboard. A table of words scrolls only if the text is very
    large, so it is not a stop for the keyboard."""
    opened = {
        SCROLLS: '<div class="table-scroll" tabindex="0" role="group" aria-label="Table">',
        STACKS: '<div class="table-scroll">',
    }
    tables = TABLE.sub(lambda table: f"{opened[table[1]]}{table[0]}</div>", text)
    return tables.replace("<pre>", '<pre tabindex="0" role="group" aria-label="Code">')


def headings_of(tokens: Tokens) -> tuple[Heading, ...]:
    return tuple(
        Heading(int(opened.tag[1]), str(opened.attrGet("id")), plain_text(inline.children or ()))
        for opened, inline in pairwise(tokens)
        if opened.type == "heading_open" and opened.tag in {"h2", "h3"}
    )


def draw(attributes: str, diagrams: Mapping[str, str]) -> str:
    """The figure for an image in the Markdown; its title becomes the caption."""
    image = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
    svg = diagrams[image["src"].removeprefix("diagrams/")]
    return figure(svg, image["alt"], typeset(image.get("title", "")))


def open_link(
    renderer: RendererHTML,
    tokens: Tokens,
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """Render a link to a proof so that it leads there and shows whether it held."""
    href = str(tokens[index].attrGet("href"))
    if not href.startswith(SCHEME):
        return renderer.renderToken(tokens, index, options, env)
    key = href.removeprefix(SCHEME)
    return f'<a href="#proof-{html.escape(key)}" class="proof proof--{env["proofs"].state(key)}">'


def by_token(write: Callable[[Token], str]) -> RenderRule:
    """A render rule that needs only the token."""

    def rule(
        renderer: RendererHTML,
        tokens: Tokens,
        index: int,
        options: OptionsDict,
        env: MutableMapping[str, Any],
    ) -> str:
        return write(tokens[index])

    return rule


def write_code(code: Token) -> str:
    return f"<code>{set_code(escapeHtml(code.content))}</code>"


def open_footnotes(_: Token) -> str:
    return '<section class="footnotes" aria-labelledby="notes"><h2 id="notes">Notes</h2><ol>'


def name_footnote(caption: Token) -> str:
    return str(caption.meta["id"] + 1)


def lead_back(anchor: Token) -> str:
    number, repeat = anchor.meta["id"] + 1, anchor.meta["subId"]
    reference = f"fnref{number}:{repeat}" if repeat else f"fnref{number}"
    place = f"{number} in the text" + (f", place {repeat + 1}" if repeat else "")
    return f' <a href="#{reference}" aria-label="Back to note {place}">↩\ufe0e</a>'
