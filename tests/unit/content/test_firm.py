"""The firm's own texts: the brand and the offers, as shipped and with mistakes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.firm.brand import load_brand
from app.firm.offers import KINDS, load_offers
from app.platform.data_files import DataFileError

CONTENT = Path(__file__).parents[3] / "content"
ADDRESS = 'legal_address = ["1 Example Street", "Burlington, VT 05401", "United States"]'
EACH = "a few days each month"  # how much of it there is, not how long
Change = Callable[[str, str, str], Path]


def test_there_is_an_offer_for_each_kind() -> None:
    offers = load_offers(CONTENT / "offers.toml")
    assert [offers.offer(kind).kind for kind in KINDS] == list(KINDS)


def test_no_offer_names_a_price() -> None:
    """Prices belong in the rate card only."""
    assert not re.search(r"\$\s?\d|\d\s?(USD|dollars)", (CONTENT / "offers.toml").read_text())


def test_no_headline_names_a_time() -> None:
    """It is shown beside a proposal's duration, which follows from the price lines."""
    for offer in load_offers(CONTENT / "offers.toml").offers:
        assert not re.search(r"\b(day|week|month)s?\b", str(offer.headline).replace(EACH, ""))


def test_a_kind_that_is_missing_or_duplicated_is_refused(with_change: Change) -> None:
    with pytest.raises(DataFileError, match="The kinds must be sprint, build, fractional"):
        load_offers(with_change("offers.toml", 'kind = "build"', 'kind = "sprint"'))


def test_an_offer_without_terms_is_refused(with_change: Change) -> None:
    path = with_change("offers.toml", "terms = [", "terms = []\nwas = [")
    path.write_text(re.sub(r"was = \[.*?\n\]\n", "", path.read_text(), count=1, flags=re.DOTALL))
    with pytest.raises(DataFileError, match="The offer 'sprint' needs an entry in terms"):
        load_offers(path)


@pytest.mark.parametrize("name", ["name", "headline", "duration", "summary"])
def test_an_offer_that_leaves_a_line_empty_is_refused(with_change: Change, name: str) -> None:
    path = with_change("offers.toml", f"\n{name} = ", f'\n{name} = " "\nwas = ')
    path.write_text(re.sub(r'was = ".*"\n', "", path.read_text(), count=1))
    with pytest.raises(DataFileError, match=f"The offer 'sprint' needs its {name}"):
        load_offers(path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("hello@champlin.example", "champlin.example", "'champlin.example' must be an address"),
        ('"Champlin Enterprises"', '""', "'name' must say something, on one line"),
        ('"Champlin"', '"One\\nTwo"', "'short_name' must say something, on one line"),
        ('"Burlington, Vermont"', '" "', "'city' must say something, on one line"),
        (ADDRESS, "legal_address = []", "The legal_address needs a line"),
        ('"Example Bank, N.A."', '""', "The bank needs its account_name"),
        ('"000123456789"', '""', "The bank needs its account_name"),
        ('label = "Routing number"', 'label = " "', "The bank needs its account_name"),
        ('["en", "de"]', "[]", "The languages must be one or more of en, de, each once"),
        ('["en", "de"]', '["de", "de"]', "The languages must be one or more of en, de"),
        ('["en", "de"]', '["en", "fr"]', "The languages must be one or more of en, de"),
        ('"CE"', '""', "'' may hold A to Z"),
        ('"CE"', '"ce"', "'ce' may hold A to Z"),
        ('"CE"', '"C E"', "'C E' may hold A to Z"),
        ('"CE"', '"C/E"', "'C/E' may hold A to Z"),
    ],
)
def test_a_brand_that_would_break_a_page_or_a_mail_is_refused(
    with_change: Change, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError, match=rf"brand\.toml: .*{re.escape(sentence)}"):
        load_brand(with_change("brand.toml", old, new))


@pytest.mark.parametrize("prefix", ["L", "X1", "LI-O"])
def test_a_prefix_that_can_be_read_back_is_accepted(with_change: Change, prefix: str) -> None:
    assert load_brand(with_change("brand.toml", '"CE"', f'"{prefix}"')).reference_prefix == prefix


def test_a_name_may_contain_anything_that_fits_on_one_line(with_change: Change) -> None:
    own = "Möller\N{NO-BREAK SPACE}& O’Hara, S.\N{NO-BREAK SPACE}A."
    assert load_brand(with_change("brand.toml", '"Champlin"', f'"{own}"')).short_name == own


def test_a_misspelt_key_of_the_brand_is_refused(with_change: Change) -> None:
    with pytest.raises(DataFileError, match="unknown field `naem`"):
        load_brand(with_change("brand.toml", "name =", "naem ="))
