"""Checks that tables are parsed as tables, and that each row has as many cells as the head."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from app.content.texts.faults import Fault
from app.content.texts.tables import tables_in
from app.content.texts.text import Text

CELL_ENDS: Final = re.compile(r"(?<!\\)\|")
# A row between pipes, or the line of dashes below the head.
ROW: Final = re.compile(r"\|.*|:?-+:?\s*(\|\s*:?-+:?\s*)+\|?")


def wrong_tables(text: Text) -> Iterator[Fault]:
    yield from tables_shown_as_text(text)
    yield from uneven_rows(text)


def tables_shown_as_text(text: Text) -> Iterator[Fault]:
    for opened, place in pairwise(text.places):
        if opened.token.type in {"paragraph_open", "heading_open"}:
            lines = enumerate(place.token.content.split("\n"), place.line)
            rows = [number for number, line in lines if ROW.fullmatch(line.strip())]
            if rows:
                sentence = (
                    "This is not a table: a table has a line of --- below its head, one for"
                    " each cell."
                )
                yield text.source.fault(rows[0], sentence)


def uneven_rows(text: Text) -> Iterator[Fault]:
    lines = text.source.text.split("\n")
    for table in tables_in(text.tokens):
        columns = sum(token.type == "th_open" for token in table)
        for row, first in pairwise(table):
            if row.map and (row.type, first.type) == ("tr_open", "td_open"):
                number = row.map[0]
                if (cells := cells_in(lines[number])) != columns:
                    sentence = f"Cells in this row: {cells}. In the head of its table: {columns}."
                    yield text.source.fault(text.source.above + 1 + number, sentence)


def cells_in(line: str) -> int:
    """How many cells a row's line has, before the parser drops or adds any."""
    cells = CELL_ENDS.split(line.lstrip("> \t").rstrip())
    return len(cells) - (cells[0] == "") - (cells[-1] == "")
