"""Small files of each type, and some that only pretend to be one."""

import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pdf(marked: bytes = b"", *, padding: int = 0) -> bytes:
    """A PDF with an empty page, these bytes, and that much padding."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
    ]
    written = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n% " + marked + b"x" * padding + b"\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(written)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"xref\n0 4\n0000000000 65535 f \n" + rows
    return written + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table


def png(marked: bytes = b"", *, width: int = 2, height: int = 2) -> bytes:
    """A grey PNG with these bytes in a comment."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00\x80\x80" * 2)
    comment = chunk(b"tEXt", b"Comment\x00" + marked) if marked else b""
    data = chunk(b"IHDR", header) + comment + chunk(b"IDAT", rows)
    return PNG_SIGNATURE + data + chunk(b"IEND", b"")


def png_of(size: int) -> bytes:
    """A PNG of ``size`` bytes, at least 100."""
    return png(b"x" * (size - len(png(b"x")) + 1))


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
