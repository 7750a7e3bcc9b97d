"""Determines a file's type from its content alone; its name and the browser's type are ignored.

A file must be of one type from its first byte to its last: data before its start or after its end
can make it another type to another program. Nothing is decompressed, so nothing can be a bomb.

SVG is refused, not sanitised. It is as much a program as a picture; staff would open the downloaded
copy where no content policy of ours applies; and a sanitised file is not what was sent. Every
drawing tool can save as PDF or PNG.
"""

import os
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Literal

from flask_babel import lazy_gettext

Kind = Literal["pdf", "png"]

MOST_PIXELS = 100_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Colour type → allowed bits per sample, from the PNG specification.
PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PDF_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n ]")
PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
PDF_TABLE = re.compile(rb"\s*(xref\s|\d{1,10}\s+\d{1,5}\s+obj\b)")
SVG_TAG = re.compile(rb"<(!doctype\s+|[\w-]+:)?svg\b", re.IGNORECASE)
PIECE = 64 * 1024

NEITHER = lazy_gettext(
    "This is neither a PDF nor a PNG file, whatever its name says. Save it as one of these."
)
SVG = lazy_gettext(
    "SVG files are not accepted, since they can hold programs. Export the drawing as PDF or PNG."
)
BROKEN_PDF = lazy_gettext(
    "This PDF is incomplete, or holds something else as well. Print it as PDF again."
)
BROKEN_PNG = lazy_gettext(
    "This PNG is incomplete, or holds something else as well. Save it as PNG again."
)
TOO_MANY_PIXELS = lazy_gettext(
    "This picture has more than 100 million pixels. Make it smaller, or save it as PDF."
)


class NotAccepted(Exception):
    """The file is not accepted. The message is a sentence for the person who sent it."""


def sniff(file: BinaryIO) -> Kind:
    """Return the file's type, and rewind the file. Raises NotAccepted."""
    start = _read_at(file, 0, 1024)
    try:
        if start.startswith(b"%PDF-"):
            _check_pdf(file, start)
            return "pdf"
        if start.startswith(PNG_SIGNATURE):
            _check_png(file)
            return "png"
    finally:
        file.seek(0)
    raise NotAccepted(SVG if SVG_TAG.search(start) else NEITHER)


def _check_pdf(file: BinaryIO, start: bytes) -> None:
    """Check that a header starts the file, and a trailer that points to its object table ends
    it."""
    size = file.seek(0, os.SEEK_END)
    end = PDF_END.search(_read_at(file, max(size - 1024, 0), 1024))
    if not PDF_HEADER.match(start) or end is None:
        raise NotAccepted(BROKEN_PDF)
    table = int(end[1])
    if not 0 < table < size or not PDF_TABLE.match(_read_at(file, table, 64)):
        raise NotAccepted(BROKEN_PDF)


def _check_png(file: BinaryIO) -> None:
    """Check that the file is complete chunks without gaps: the header, data, the end chunk."""
    names: list[bytes] = []
    for name, header in _png_chunks(file):
        if not names:
            _check_png_header(name, header)
        names.append(name)
    if names.count(b"IHDR") != 1 or b"IDAT" not in names or names[-1] != b"IEND":
        raise NotAccepted(BROKEN_PNG)
    if file.read(1):
        raise NotAccepted(BROKEN_PNG)


def _check_png_header(name: bytes, header: bytes) -> None:
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    is_whole = name == b"IHDR" and len(header) == 13 and width and height
    if not is_whole or header[8] not in PNG_DEPTHS.get(header[9], ()):
        raise NotAccepted(BROKEN_PNG)
    if width * height > MOST_PIXELS:
        raise NotAccepted(TOO_MANY_PIXELS)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk's name and first bytes, up to the end chunk. Raises NotAccepted if a chunk is cut
    off or its checksum is wrong."""
    file.seek(len(PNG_SIGNATURE))
    name = b""
    while name != b"IEND":
        frame = file.read(8)
        length, name = int.from_bytes(frame[:4]), frame[4:]
        if len(frame) < 8 or not name.isalpha():
            raise NotAccepted(BROKEN_PNG)
        beginning, checksum = b"", zlib.crc32(name)
        while length:
            piece = file.read(min(length, PIECE))
            if not piece:
                raise NotAccepted(BROKEN_PNG)
            beginning = beginning or piece
            checksum = zlib.crc32(piece, checksum)
            length -= len(piece)
        if file.read(4) != checksum.to_bytes(4):
            raise NotAccepted(BROKEN_PNG)
        yield name, beginning


def _read_at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
