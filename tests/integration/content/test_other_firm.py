"""Another firm's site: what it says about the firm is in content/brand.toml."""

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.content.texts.faults import ContentError
from app.firm.colours import contrast, mixed
from app.platform.data_files import DataFileError

OWN = {
    "subject": "Security reviews",
    "introduction": "We close the hole before we leave.",
    "about_articles": "What we know about getting in.",
    "invitation": "Is this your platform?",
    "before_applying": "It helps to have the last report at hand.",
}


TO_LABS = re.compile(r"\((?:/labs/|/articles/choosing-a-broker/compare)[^)]*\)")


@pytest.fixture
def other_firm(own_site: Callable[..., Flask], content_folder: Path) -> FlaskClient:
    brand = content_folder / "brand.toml"
    lines = brand.read_text().splitlines()
    for key, text in OWN.items():
        (at,) = (number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[at] = f'{key} = "{text}"'
    brand.write_text("\n".join(lines))
    return own_site().test_client()


def test_the_home_page_begins_with_what_the_firm_says_of_itself(other_firm: FlaskClient) -> None:
    home = other_firm.get("/").text
    assert "<title>Security reviews · " in home
    assert '<p class="lead">We close the hole before we leave.</p>' in home


def test_the_list_of_articles_begins_with_what_they_are_about(other_firm: FlaskClient) -> None:
    page = other_firm.get("/articles/").text
    assert '<p class="lead">What we know about getting in.</p>' in page
    assert '<meta name="description" content="What we know about getting in.">' in page
    assert "event-driven architecture, for" not in page


def test_the_way_to_the_form_is_described_in_the_firms_words(other_firm: FlaskClient) -> None:
    assert '<h2 id="next">Is this your platform?</h2>' in other_firm.get("/articles/cqrs").text
    assert "<p>It helps to have the last report at hand.</p>" in other_firm.get("/apply").text


def test_a_firm_may_do_without_the_labs(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    without_labs(content_folder)
    (content_folder / "comparer.toml").unlink()
    for text in content_folder.rglob("*.md"):
        text.write_text(TO_LABS.sub("(/articles/)", text.read_text()))
    client = own_site().test_client()
    paths = re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", client.get("/sitemap.xml").text)
    assert len(paths) > 20
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        assert not re.search(r'href="/labs|/compare"|through the architecture', page.text), path
    for path in ("/labs/", "/labs/break-it", "/labs/this-site", "/labs/time-machine"):
        assert client.get(path).status_code == 404
    assert client.get("/articles/choosing-a-broker/compare").status_code == 404


def test_nothing_leads_to_the_articles_of_a_firm_that_has_none(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    shutil.rmtree(content_folder / "articles")
    rubric = content_folder / "rubric.toml"
    rubric.write_text(re.sub(r"^read = .*\n", "", rubric.read_text(), flags=re.MULTILINE))
    for page in content_folder.glob("pages/*.md"):
        page.write_text(re.sub(r"\(/articles/[^)]*\)", "(/engagements/)", page.read_text()))
    client = own_site().test_client()
    for path in ("/", "/engagements/", "/about", "/apply", "/nothing"):
        assert "/articles/" not in client.get(path).text, path


def test_a_text_that_leads_to_the_labs_of_a_firm_without_them_is_refused(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    without_labs(content_folder)
    with pytest.raises(ContentError, match=r"about\.md:24: The link '/labs/break-it' leads to no"):
        own_site()


def without_labs(folder: Path) -> None:
    brand = folder / "brand.toml"
    brand.write_text(brand.read_text().replace("labs = true", "labs = false"))


def test_a_firm_has_its_own_colours_on_every_page_and_the_styles_another_address(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    before = style_sheet(own_site().test_client())
    with_colours(content_folder, light="#7a1f5c", dark="#f0a8d8")
    after = style_sheet(own_site().test_client())
    assert after.address != before.address
    added = after.text.removeprefix(before.text)
    light, dark = added.split("@media (prefers-color-scheme:dark)")
    assert "--accent:#7a1f5c" in light
    assert "--accent:#f0a8d8" in dark


@pytest.mark.parametrize(
    ("light", "dark", "sentence"),
    [
        (
            "#ffcc00",
            "#f0a8d8",
            r"The colour light = '#ffcc00' has a contrast of 1\.\d to 1 on a light",
        ),
        (
            "#7a1f5c",
            "#333333",
            r"The colour dark = '#333333' has a contrast of 1\.\d to 1 on a dark",
        ),
        ("teal", "#f0a8d8", "The colour light = 'teal' must be written like #0b5560"),
    ],
)
def test_colours_in_which_nothing_could_be_read_are_refused(
    own_site: Callable[..., Flask], content_folder: Path, light: str, dark: str, sentence: str
) -> None:
    with_colours(content_folder, light=light, dark=dark)
    with pytest.raises(DataFileError, match=rf"content/brand\.toml: {sentence}"):
        own_site()


def test_a_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mixed("#ffffff", "#000000", 0.2) == "#cccccc"


def test_a_firm_has_its_own_mark_in_the_tab_and_on_the_pictures_of_shared_links(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    client = own_site().test_client()
    assert '<link rel="icon" href="/assets/' in client.get("/").text
    assert client.get("/mark.png").status_code == 404
    Image.new("RGB", (128, 128), "#7a1f5c").save(content_folder / "mark.png")
    client = own_site().test_client()
    assert '<link rel="icon" href="/mark.png" type="image/png">' in client.get("/").text
    assert client.get("/mark.png").data == (content_folder / "mark.png").read_bytes()
    with Image.open(io.BytesIO(client.get("/picture.png").data)) as picture:
        assert picture.convert("RGB").getpixel((120, 120)) == (0x7A, 0x1F, 0x5C)


def test_a_mark_that_is_no_square_picture_is_refused(
    own_site: Callable[..., Flask], content_folder: Path
) -> None:
    for width, height in ((128, 64), (32, 32)):
        Image.new("RGB", (width, height)).save(content_folder / "mark.png")
        with pytest.raises(ContentError, match=r"content/mark\.png:1: The mark must be a square"):
            own_site()
    (content_folder / "mark.png").write_text("<svg/>")
    with pytest.raises(ContentError, match=r"content/mark\.png:1: The mark must be a square"):
        own_site()


class Sheet(NamedTuple):
    address: str
    text: str


def style_sheet(client: FlaskClient) -> Sheet:
    (address,) = re.findall(r'href="([^"]+/css/site\.css)"', client.get("/").text)
    return Sheet(address, client.get(address).text)


def with_colours(folder: Path, *, light: str, dark: str) -> None:
    brand = folder / "brand.toml"
    colours = f'\n[colours]\nlight = "{light}"\ndark = "{dark}"\n'
    brand.write_text(brand.read_text() + colours)
