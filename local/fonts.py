"""`python -m local.fonts` subsets the site's typefaces from their npm packages into
``app/static/fonts``, down to the characters and the kerning that the site's pages need."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from app.web.assets import FOLDER

PACKAGES = ("@fontsource-variable/newsreader@5.3.0", "@fontsource-variable/instrument-sans@5.3.0")
# English and German. Characters that occur only in names are in files of their own.
USUAL = (
    "U+0020-007E,U+00A0,U+00B7,U+00C4,U+00D6,U+00D7,U+00DC,U+00DF,U+00E4,U+00F6,U+00FC,U+2013-2014,"
    "U+2018-201A,U+201C-201E,U+2026,U+2192,U+2212"
)
RARE = "U+00A1-00FF,U+0131,U+0152-0153,U+2020-2022,U+2032-2033,U+2039-203A,U+20AC,U+2190-2193"
FEATURES = ["kern", "lnum", "tnum", "rvrn"]
# In thousandths of the font size; at 17 px, a fifth of a pixel.
LEAST_KERNING = 12


class Cut(NamedTuple):
    """One font file: its source, the part of each axis that is kept, and the characters."""

    source: str
    axes: dict[str, Any]
    characters: str = USUAL


NEWSREADER = "newsreader-latin-opsz-normal"
TEXT: dict[str, Any] = {"opsz": 18, "wght": 400}
SANS: dict[str, Any] = {"wght": (400, 600)}
CUTS = {
    "newsreader-display": Cut(NEWSREADER, {"opsz": 60, "wght": 400}),
    "newsreader-text": Cut(NEWSREADER, TEXT),
    "newsreader-text-rare": Cut(NEWSREADER, TEXT, RARE),
    "newsreader-text-italic": Cut("newsreader-latin-opsz-italic", TEXT),
    "instrument-sans": Cut("instrument-sans-latin-wght-normal", SANS),
    "instrument-sans-rare": Cut("instrument-sans-latin-wght-normal", SANS, RARE),
}


def cut_fonts(sources: Path, folder: Path) -> None:
    """Make each font file from its source, somewhere below ``sources``."""
    for name, cut in CUTS.items():
        [source] = sources.rglob(f"{cut.source}.woff2")
        font = TTFont(source, recalcTimestamp=False)
        present = {axis.axisTag for axis in font["fvar"].axes}
        font = instantiateVariableFont(
            font, {axis: kept for axis, kept in cut.axes.items() if axis in present}
        )
        keep_characters(font, cut.characters)
        simplify_kerning(font)
        font.flavor = "woff2"
        font.save(folder / f"{name}.woff2")


def keep_characters(font: TTFont, characters: str) -> None:
    wanted = set(subset.parse_unicodes(characters))
    if characters == RARE:
        wanted -= set(subset.parse_unicodes(USUAL))
    options = subset.Options(hinting=False, layout_features=FEATURES)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)


def simplify_kerning(font: TTFont) -> None:
    """Make the kerning the same in every weight, and remove what nobody would see: it is more than
    half of a small file."""
    least = LEAST_KERNING * font["head"].unitsPerEm / 1000
    for pairs in _kerning(font):
        for value in _first_values(pairs):
            value.__dict__.pop("XAdvDevice", None)
            if abs(getattr(value, "XAdvance", 0)) < least:
                value.XAdvance = 0
        pairs.ValueFormat1 &= 0x0F  # no values that vary
    definitions = font["GDEF"].table if "GDEF" in font else None
    if definitions is not None and getattr(definitions, "VarStore", None):
        definitions.VarStore, definitions.Version = None, 0x00010002


def _kerning(font: TTFont) -> Iterator[Any]:
    for lookup in font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ():
        for table in lookup.SubTable:
            inner = table.ExtSubTable if lookup.LookupType == 9 else table
            if inner.LookupType == 2:
                yield inner


def _first_values(pairs: Any) -> Iterator[Any]:
    if pairs.Format == 1:
        records = [record for one in pairs.PairSet for record in one.PairValueRecord]
    else:
        records = [record for one in pairs.Class1Record for record in one.Class2Record]
    return (record.Value1 for record in records if record.Value1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            ["npm", "pack", "--silent", *PACKAGES],
            cwd=temporary,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for archive in Path(temporary).glob("*.tgz"):
            folder = Path(temporary) / archive.stem
            folder.mkdir()
            subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
        cut_fonts(Path(temporary), FOLDER / "fonts")
