"""The firm's own colours, in place of the site's: one for light pages and one for dark pages."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

HEX: Final = re.compile(r"#[0-9a-f]{6}")
# The backgrounds of app/static/css/tokens.css on which links stand, and what its --accent-strong
# and --accent-tint are mixed with.
GROUNDS: Final = {"light": ("#fcfcfa", "#f2f3ef"), "dark": ("#111518", "#1a1f23")}
STRONGER: Final = {"light": "#000000", "dark": "#ffffff"}
LEAST: Final = 4.5  # WCAG 1.4.3


class Colours(Struct, frozen=True, forbid_unknown_fields=True):
    """The colour of links, buttons and signs, as #rrggbb: on light pages and on dark ones."""

    light: str
    dark: str

    @property
    def sheet(self) -> str:
        """A style sheet that sets the site's tokens to them. Print stays black."""
        light, dark = (
            ";".join(f"--{name}:{colour}" for name, colour in self._tokens(scheme).items())
            for scheme in ("light", "dark")
        )
        return (
            f"@layer tokens{{@media screen{{:root{{{light}}}"
            f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}}}"
        )

    def faults(self) -> Iterator[str]:
        for scheme in ("light", "dark"):
            colour = getattr(self, scheme)
            if not HEX.fullmatch(colour):
                yield f"The colour {scheme} = '{colour}' must be written like #0b5560."
                continue
            tint = self._tokens(scheme)["accent-tint"]
            reached = min(contrast(colour, ground) for ground in (*GROUNDS[scheme], tint))
            if reached < LEAST:
                yield (
                    f"The colour {scheme} = '{colour}' has a contrast of {reached:.1f} to 1 on a"
                    f" {scheme} page; to be read it needs {LEAST} to 1."
                )

    def _tokens(self, scheme: str) -> dict[str, str]:
        accent, (paper, _) = getattr(self, scheme), GROUNDS[scheme]
        return {
            "accent": accent,
            "accent-strong": mixed(accent, STRONGER[scheme], 0.3),
            "accent-tint": mixed(paper, accent, 0.08),
        }


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with that share of the other."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def contrast(one: str, two: str) -> float:
    """As WCAG defines it, from 1 to 21."""
    lower, higher = sorted(map(_luminance, (one, two)))
    return (higher + 0.05) / (lower + 0.05)


def _luminance(colour: str) -> float:
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
