"""Who runs this site, as data (content/brand.toml)."""

import re
from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path
from typing import Final, cast

from msgspec import Struct

from app.firm.colours import Colours
from app.platform.data_files import DataFileError, read_data, repeated
from app.platform.languages.choice import LANGUAGES
from app.platform.languages.prose import Prose, current_data
from config_checks import is_mail_address

# With these characters a typed reference can be found again: app/applications/reference.py.
PREFIX: Final = re.compile("[A-Z0-9]+(-[A-Z0-9]+)*")
ONE_LINE: Final = (
    "name",
    "short_name",
    "tagline",
    "description",
    "subject",
    "introduction",
    "about_articles",
    "invitation",
    "before_applying",
    "city",
    "legal_name",
)


class AccountNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """One number that a transfer needs, with its name in the bank's country."""

    label: Prose
    value: str


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    """The account for deposits by transfer. ``note`` says what to give as the reference."""

    account_name: str
    bank_name: str
    numbers: tuple[AccountNumber, ...]
    note: Prose

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The numbers as (label, value)."""
        return [(one.label, one.value) for one in self.numbers]


class Brand(Struct, frozen=True, forbid_unknown_fields=True):
    """The firm's names and addresses.

    ``description`` is the pages' meta description. ``subject`` and ``introduction`` begin the home
    page, and ``about_articles`` the list of articles; ``invitation`` is the heading under each of
    them, and ``before_applying`` is on the form's first page. The references of applications start
    with ``reference_prefix``. Without ``labs`` the site does not show how it works.
    Without ``colours`` it has its own. The first of the ``languages`` is for readers who prefer
    none of them.
    """

    name: str
    short_name: str
    tagline: Prose
    description: Prose
    subject: Prose
    introduction: Prose
    about_articles: Prose
    invitation: Prose
    before_applying: Prose
    email: str
    city: str
    legal_name: str
    legal_address: tuple[str, ...]
    reference_prefix: str
    bank: Bank
    languages: tuple[str, ...] = tuple(LANGUAGES)
    labs: bool = True
    colours: Colours | None = None

    @property
    def mailbox(self) -> str:
        """The firm as the sender of mail: "The firm <hello@firm.example>"."""
        return str(Address(self.name, addr_spec=self.email))


def current_brand() -> Brand:
    """Return the brand of the running app."""
    return cast(Brand, current_data("brand"))


def load_brand(path: Path) -> Brand:
    """Read and check the brand. Raises DataFileError with a sentence that names the place."""
    brand = read_data(path, Brand)
    for fault in _faults_in(brand):
        raise DataFileError(path, fault)
    return brand


def _faults_in(brand: Brand) -> Iterator[str]:
    for name in ONE_LINE:
        value = getattr(brand, name)
        if not value.strip() or len(value.splitlines()) > 1:
            yield f"The line '{name}' must say something, on one line."
    if not any(line.strip() for line in brand.legal_address):
        yield "The legal_address needs a line."
    bank = brand.bank
    said = [bank.account_name, bank.bank_name, *(text for row in bank.rows for text in row)]
    if not bank.numbers or not all(text.strip() for text in said):
        yield "The bank needs its account_name, bank_name and numbers, each with label and value."
    if not is_mail_address(brand.email):
        yield f"The email '{brand.email}' must be an address like hello@firm.example."
    known = ", ".join(LANGUAGES)
    if not brand.languages or repeated(brand.languages) or {*brand.languages} - LANGUAGES.keys():
        yield f"The languages must be one or more of {known}, each once."
    if brand.colours:
        yield from brand.colours.faults()
    if not PREFIX.fullmatch(prefix := brand.reference_prefix):
        yield f"The reference_prefix '{prefix}' may hold A to Z, 0 to 9, and hyphens within."
