"""The firm's own words: the brand and the offers, as they are shipped and as they may go wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.data_files import DataFileError
from app.firm.brand import load_brand
from app.firm.offers import KINDS, load_offers

CONTENT = Path(__file__).parents[3] / "content"
EACH = "some days each month"  # how much of it there is, not how long
Change = Callable[[str, str, str], Path]


def test_there_is_an_offer_for_each_kind() -> None:
    offers = load_offers(CONTENT / "offers.toml")
    assert [offers.offer(kind).kind for kind in KINDS] == list(KINDS)


def test_no_offer_names_a_price() -> None:
    """Prices have one home, the rate card."""
    assert not re.search(r"\$\s?\d|\d\s?(USD|dollars)", (CONTENT / "offers.toml").read_text())


def test_no_headline_names_a_time() -> None:
    """It stands beside the time of a proposal, which follows from its price lines."""
    for offer in load_offers(CONTENT / "offers.toml").offers:
        assert not re.search(r"\b(day|week|month)s?\b", str(offer.headline).replace(EACH, ""))


def test_a_kind_that_is_missing_or_doubled_is_refused(with_change: Change) -> None:
    with pytest.raises(DataFileError, match="The kinds must be sprint, build, fractional"):
        load_offers(with_change("offers.toml", 'kind = "build"', 'kind = "sprint"'))


def test_an_offer_without_terms_is_refused(with_change: Change) -> None:
    path = with_change("offers.toml", "terms = [", "terms = []\nwas = [")
    path.write_text(re.sub(r"was = \[.*?\n\]\n", "", path.read_text(), count=1, flags=re.DOTALL))
    with pytest.raises(DataFileError, match="The offer 'sprint' needs an entry in terms"):
        load_offers(path)


def test_an_address_of_the_brand_from_which_no_mail_could_come_is_refused(
    with_change: Change,
) -> None:
    with pytest.raises(DataFileError, match=r"`\$\.email`"):
        load_brand(with_change("brand.toml", "hello@champlin.example", "champlin.example"))


def test_a_misspelt_key_of_the_brand_is_refused(with_change: Change) -> None:
    with pytest.raises(DataFileError, match="unknown field `naem`"):
        load_brand(with_change("brand.toml", "name =", "naem ="))
