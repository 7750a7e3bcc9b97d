"""A file is one of the accepted kinds from its first byte to its last, or it is refused."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments.sniffing import BROKEN_PDF, BROKEN_PNG, NEITHER, SVG, NotAccepted, sniff
from tests.sample_files import PNG_SIGNATURE, chunk, pdf, png

SVG_FILES = {
    "script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "handler": b"\xef\xbb\xbf  <svg onload='alert(1)'/>",
    "foreign object": b"<?xml version='1.0'?><svg><foreignObject><body/></foreignObject></svg>",
    "external reference": b"<svg><image href='https://elsewhere.example/x.png'/></svg>",
    "prefixed": b"<?xml version='1.0'?><!-- --><s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
    "entity bomb": b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>"
    b"<svg>&b;</svg>",
    "harmless": b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h9'/></svg>",
}
OTHER_FILES = {
    "text": b"Hello",
    "page": b"<!doctype html><title>x</title><script>alert(1)</script>",
    "program": b"MZ\x90\x00" + bytes(200),
    "gif": b"GIF89a" + bytes(20),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(20),
    "pdf after other bytes": b"GIF89a=1;/*" + pdf(),
    "png after other bytes": b"\n" + png(),
    "svg in utf-16": "<svg/>".encode("utf-16"),
}
BROKEN_PDFS = {
    "header alone": b"%PDF-1.7\n",
    "unknown version": pdf().replace(b"%PDF-1.7", b"%PDF-9.9"),
    "cut off": pdf()[:-30],
    "page behind it": pdf() + b"<script>alert(1)</script>",
    "table points outside": pdf()[: pdf().rindex(b"startxref")] + b"startxref\n99999\n%%EOF\n",
    "table points at nothing": pdf()[: pdf().rindex(b"startxref")] + b"startxref\n3\n%%EOF\n",
    "shell script": b"%PDF-1.7\nrm -rf /\nstartxref\n1\n%%EOF",
}
BROKEN_PNGS = {
    "signature alone": PNG_SIGNATURE,
    "cut off": png()[:-6],
    "page behind it": png() + b"<script>alert(1)</script>",
    "second picture": png() + png(),
    "wrong checksum": png().replace(b"IDAT", b"IDAU"),
    "header missing": PNG_SIGNATURE + chunk(b"IDAT", b"x") + chunk(b"IEND", b""),
    "second header": png()[:33] + png()[8:],
    "no data": png()[:33] + chunk(b"IEND", b""),
    "no width": png(width=0),
    "unknown colours": PNG_SIGNATURE
    + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\x07\0\0\0")
    + chunk(b"IDAT", b"x")
    + chunk(b"IEND", b""),
    "endless chunk": PNG_SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(40),
}


def refusal(content: bytes) -> str:
    file = io.BytesIO(content)
    with pytest.raises(NotAccepted) as refused:
        sniff(file)
    assert file.tell() == 0
    return str(refused.value)


def test_every_kind_of_file_is_recognised_by_its_content() -> None:
    assert sniff(io.BytesIO(pdf())) == "pdf"
    assert sniff(io.BytesIO(pdf(padding=200_000))) == "pdf"
    assert sniff(io.BytesIO(pdf() + b"\r\n\n")) == "pdf"
    assert sniff(io.BytesIO(png(b"a comment"))) == "png"


@pytest.mark.parametrize("content", SVG_FILES.values(), ids=SVG_FILES)
def test_every_svg_is_refused_with_advice_on_what_to_do_instead(content: bytes) -> None:
    assert refusal(content) == SVG


@pytest.mark.parametrize("content", OTHER_FILES.values(), ids=OTHER_FILES)
def test_any_other_kind_of_file_is_refused(content: bytes) -> None:
    assert refusal(content) == NEITHER


@pytest.mark.parametrize("content", BROKEN_PDFS.values(), ids=BROKEN_PDFS)
def test_a_file_that_only_begins_like_a_pdf_is_refused(content: bytes) -> None:
    assert refusal(content) == BROKEN_PDF


@pytest.mark.parametrize("content", BROKEN_PNGS.values(), ids=BROKEN_PNGS)
def test_a_file_that_only_begins_like_a_png_is_refused(content: bytes) -> None:
    assert refusal(content) == BROKEN_PNG


@pytest.mark.parametrize("host", [pdf(), png()], ids=["pdf", "png"])
def test_a_file_with_an_archive_appended_is_refused(host: bytes) -> None:
    both = io.BytesIO(host)
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("x.class", "hidden")
    assert zipfile.ZipFile(both).namelist() == ["x.class"]
    refusal(both.getvalue())


def test_a_decompression_bomb_is_refused_before_anything_is_unpacked() -> None:
    assert "100 million pixels" in refusal(png(width=60_000, height=60_000))


@given(st.binary(max_size=3000), st.sampled_from([b"", b"%PDF-1.4\n", PNG_SIGNATURE, png()[:33]]))
def test_any_bytes_are_either_accepted_or_refused(tail: bytes, start: bytes) -> None:
    try:
        kind = sniff(io.BytesIO(start + tail))
    except NotAccepted as refused:
        assert str(refused).endswith(".")
    else:
        assert (start + tail).startswith({"pdf": b"%PDF-", "png": PNG_SIGNATURE}[kind])


@given(st.data())
def test_a_png_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    """The control for the checksums: they cover every byte except their own."""
    good = bytearray(png(b"a comment"))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NotAccepted):
        sniff(io.BytesIO(bytes(good)))
