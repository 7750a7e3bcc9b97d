"""Placeholders in a page, such as ``{{ brand.name }}``, for values from the firm's data or the
settings."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from app.content.texts.faults import Fault, refuse
from app.content.texts.source import Source, Values
from app.firm.brand import Brand
from config import Config

PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# The characters that mean something in Markdown.
MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~^&\"'])")


def known_placeholders(brand: Brand, config: Config) -> dict[str, str]:
    """The value of each placeholder. They are listed one by one, so that no secret can be among
    them."""
    return {
        "brand.name": brand.name,
        "brand.short_name": brand.short_name,
        "brand.legal_name": brand.legal_name,
        "brand.legal_address": ", ".join(brand.legal_address),
        "brand.city": brand.city,
        "brand.email": brand.email,
        "drafts.days": str(config.DRAFT_DAYS),
    }


def fill_in(source: Source, known: Mapping[str, str]) -> Source:
    """The source with each placeholder replaced by its value as plain text, with Markdown escaped.

    Raises ContentError for an unknown placeholder.
    """
    refuse(unknown_placeholders(source, known))
    values: Values = {
        key: PLACEHOLDER.sub(lambda found: known[found[1]], value)
        if isinstance(value, str)
        else value
        for key, value in source.values.items()
    }
    text = PLACEHOLDER.sub(lambda found: MARKS.sub(r"\\\1", known[found[1]]), source.text)
    return msgspec.structs.replace(source, values=values, text=text)


def unknown_placeholders(source: Source, known: Mapping[str, str]) -> Iterator[Fault]:
    lines = [(source.lines[key], str(value)) for key, value in source.values.items()]
    lines += enumerate(source.text.splitlines(), source.above + 1)
    for number, line in lines:
        for name in PLACEHOLDER.findall(line):
            if name not in known:
                sentence = f"There is no {{{{ {name} }}}}. There are: {', '.join(known)}."
                yield source.fault(number, sentence)
