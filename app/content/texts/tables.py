"""Prepares the tables of a text for narrow screens. There, tables of figures keep their columns and
scroll, while a row of words becomes a paragraph, so its cells carry the names of their columns."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from markdown_it.token import Token

from app.content.texts.plain_text import plain_text

SCROLLS: Final = "table"
STACKS: Final = "table table--stacks"


def prepare_tables(tokens: Sequence[Token]) -> None:
    """Give each table in the tokens its class, and its cells their attributes."""
    for table in tables_in(tokens):
        align_by_class(table)
        leave_corner_empty(table)
        columns = [name for cell, name in pairwise(table) if cell.type == "th_open"]
        if holds_figures(table):
            table[0].attrSet("class", SCROLLS)
        else:
            table[0].attrSet("class", STACKS)
            name_cells(table, [plain_text(name.children or ()) for name in columns])


def tables_in(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of each table; tables are not nested."""
    start = 0
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            start = index
        elif token.type == "table_close":
            yield tokens[start : index + 1]


def align_by_class(table: Sequence[Token]) -> None:
    """Mark right-aligned cells, which hold figures, by a class: the content policy forbids the
    style attribute."""
    for token in table:
        if token.type in {"th_open", "td_open"} and token.attrs.pop("style", "") == (
            "text-align:right"
        ):
            token.attrSet("class", "num")


def leave_corner_empty(table: Sequence[Token]) -> None:
    """Make an empty cell of the head a plain cell, as it heads nothing."""
    for opened, name, closed in zip(table, table[1:], table[2:], strict=False):
        if opened.type == "th_open" and not name.content:
            opened.tag = closed.tag = "td"


def holds_figures(table: Sequence[Token]) -> bool:
    """Whether all columns except the first, which names the rows, hold figures."""
    heads = [cell for cell in table if cell.type == "th_open"]
    return all(cell.attrGet("class") == "num" for cell in heads[1:])


def name_cells(table: Sequence[Token], columns: Sequence[str]) -> None:
    """Make the first cell of each row its head, and give the others the name of their column."""
    at = 0
    for opened, closed in zip(table, table[2:], strict=False):
        if opened.type == "td_open" and at % len(columns) == 0:
            opened.tag = closed.tag = "th"
            opened.attrSet("scope", "row")
        elif opened.type == "td_open":
            opened.attrSet("data-label", columns[at % len(columns)])
        at += opened.type == "td_open"
