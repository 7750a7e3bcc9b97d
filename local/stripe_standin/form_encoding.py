"""Stripe's request bodies: form fields whose names spell a nested value, like ``a[0][b]=c``."""

import re
from collections.abc import Iterable
from typing import Any

NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PART = re.compile(r"\[([^\[\]]*)\]")


def decode_form(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The nested value that ``fields`` spell: dicts, lists and strings.

    ``a[b]=1`` makes a dict, ``a[0]=1`` and ``a[]=1`` a list. Raises ValueError, with the field's
    name, where a name is malformed or contradicts an earlier one.
    """
    root: dict[str, Any] = {}
    for name, value in fields:
        match = NAME.match(name)
        if match is None:
            raise ValueError(name)
        path = [match[1], *PART.findall(match[2])]
        try:
            _place(root, path, value)
        except TypeError:
            raise ValueError(name) from None
    return {key: _lists_restored(value) for key, value in root.items()}


def _place(node: dict[str, Any], path: list[str], value: str) -> None:
    """Set ``value`` at ``path``. Lists are built as dicts keyed by their positions."""
    head, *rest = path
    if head == "":
        head = _next_position(node, rest)
    if not rest:
        node[head] = value
        return
    child = node.setdefault(head, {})
    if not isinstance(child, dict):
        raise TypeError
    _place(child, rest, value)


def _next_position(node: dict[str, Any], rest: list[str]) -> str:
    """Where ``[]`` points: the last element while it lacks the field to come, else a new one."""
    if not node:
        return "0"
    last = next(reversed(node))
    if rest and isinstance(node[last], dict) and rest[0] not in node[last]:
        return last
    return str(len(node))


def _lists_restored(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    restored = {key: _lists_restored(child) for key, child in value.items()}
    if restored and all(key.isdecimal() for key in restored):
        return [restored[key] for key in sorted(restored, key=int)]
    return restored
