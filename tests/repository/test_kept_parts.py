"""A part of a page that is cached for everybody depends on nothing but its cache key."""

from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.meta import find_undeclared_variables

from app.web.kept_parts import KeptParts

# The same for all who read in the same language.
FOR_EVERYBODY = {
    *("_", "gettext", "ngettext", "language"),
    *("asset", "brand", "current_articles", "firm_pages", "url_for"),
}


def kept_in(template: nodes.Template) -> Iterator[tuple[set[str], list[nodes.Node]]]:
    """Each cached part: the names in its key, and its body."""
    for block in template.find_all(nodes.CallBlock):
        made_by = block.call.node
        if isinstance(made_by, nodes.ExtensionAttribute):
            assert made_by.identifier == KeptParts.identifier
            named = {name.name for name in block.call.args[1].find_all(nodes.Name)}
            yield named, block.body


def names_in(template: nodes.Template, body: list[nodes.Node]) -> set[str]:
    """The names that ``body`` takes from its template, its imports and Flask's globals."""
    assert template.environment
    without_flask = template.environment.overlay()
    without_flask.globals = DEFAULT_NAMESPACE
    part = nodes.Template(body, lineno=1)
    part.set_environment(without_flask)
    imported = {str(name) for line in part.find_all(nodes.FromImport) for name in line.names}
    return find_undeclared_variables(part) | imported


def macros_for_everybody(env: Environment, template: nodes.Template) -> set[str]:
    """The imported macros that depend on nothing but their arguments."""
    found = set()
    for line in template.find_all(nodes.FromImport):
        assert isinstance(line.template, nodes.Const)
        file = read(env, line.template.value)
        macros = {macro.name: macro for macro in file.find_all(nodes.Macro)}
        for name in macros.keys() & set(line.names):
            if names_in(file, [macros[name]]) <= FOR_EVERYBODY | macros.keys() - {"csrf"}:
                found.add(name)
    return found


def wrong_in(env: Environment, template: nodes.Template) -> list[str]:
    free = FOR_EVERYBODY | macros_for_everybody(env, template)
    wrong = []
    for named, part in kept_in(template):
        wrong += sorted(names_in(template, part) - free - named)
        for call in nodes.Template(part).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
                (endpoint, *_) = call.args
                # On another blueprint's page, it would lead elsewhere.
                if isinstance(endpoint, nodes.Const) and endpoint.value.startswith("."):
                    wrong.append(endpoint.value)
    return wrong


@cache
def read(env: Environment, name: str) -> nodes.Template:
    assert env.loader
    return env.parse(env.loader.get_source(env, name)[0], name)


def test_no_cached_part_of_a_page_depends_on_the_request_or_the_visitor(app: Flask) -> None:
    env = app.jinja_env
    templates = {name: read(env, name) for name in env.list_templates(["html"])}
    assert sum(len(list(kept_in(one))) for one in templates.values()) > 5
    wrong = {name: wrong_in(env, template) for name, template in templates.items()}
    assert {name: names for name, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("{% kept %}{{ brand.name }}{% for n in [1] %}{{ n }}{% endfor %}{% endkept %}", []),
        ("{% kept step.key %}{{ step.title }}{% endkept %}", []),
        ("{% kept step.key %}{{ form.name }}{% endkept %}", ["form"]),
        ("{% kept %}{{ request.path }} {{ csrf_token() }}{% endkept %}", ["csrf_token", "request"]),
        ('{% from "components.html" import csrf %}{% kept %}{{ csrf() }}{% endkept %}', ["csrf"]),
        ('{% kept %}{% from "components.html" import csrf %}{{ csrf() }}{% endkept %}', ["csrf"]),
        ('{% kept %}{{ url_for(".save") }}{% endkept %}', [".save"]),
    ],
)
def test_a_cached_part_that_depends_on_either_is_found(
    app: Flask, part: str, wrong: list[str]
) -> None:
    assert wrong_in(app.jinja_env, app.jinja_env.parse(part)) == wrong
