"""Parts of pages that are the same for everybody, rendered once per process.

{% kept step.key, minutes %}…{% endkept %} keeps its content per language and per set of values that
it names. These have to be few, since nothing is ever evicted. The content may depend on nothing
else of a request or a visitor; tests/repository/test_kept_parts.py checks that.
"""

from collections.abc import Callable, Hashable
from typing import Final

from flask import Flask
from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from app.platform.languages.choice import present_language
from app.web.assets import keeps_files

END: Final = "name:endkept"


def init_kept_parts(app: Flask) -> None:
    app.jinja_env.add_extension(KeptParts)


class KeptParts(Extension):
    tags = {"kept"}  # noqa: RUF012 - as Jinja declares it

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.kept: dict[tuple[Hashable, ...], str] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        named = nodes.Tuple([], "load")
        if parser.stream.current.type != "block_end":
            named = nodes.Tuple([parser.parse_expression()], "load")
            while parser.stream.skip_if("comma"):
                named.items.append(parser.parse_expression())
        place = nodes.Const(f"{parser.name} {parser.free_identifier().name}")
        body = parser.parse_statements((END,), drop_needle=True)
        part = self.call_method("part", [place, named])
        return nodes.CallBlock(part, [], [], body).set_lineno(line)

    def part(self, place: str, named: tuple[Hashable, ...], caller: Callable[[], str]) -> str:
        """The rendered part at that place in a template."""
        key = (place, present_language(), *named)
        part = self.kept.get(key)
        if part is None:
            part = caller()
            if keeps_files():
                self.kept[key] = part
        return part
