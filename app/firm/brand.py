"""Who runs this site, as data (content/brand.toml)."""

from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, cast

from msgspec import Meta, Struct

from app.data_files import read_data
from app.languages.prose import Prose, current_data
from config_checks import EMAIL

Email = Annotated[str, Meta(pattern=rf"^{EMAIL}$")]


class AccountNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """What a transfer needs to get there, by the name that it has in the bank's country."""

    label: Prose
    value: str


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a deposit goes by transfer. ``note`` says what to write as its reference."""

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

    ``description`` is the pages' meta description. An application's reference starts with
    ``reference_prefix``.
    """

    name: str
    short_name: str
    tagline: Prose
    description: Prose
    email: Email
    city: str
    legal_name: str
    legal_address: tuple[str, ...]
    reference_prefix: str
    bank: Bank

    @property
    def mailbox(self) -> str:
        """The firm as the sender of a mail: "The firm <hello@firm.example>"."""
        return str(Address(self.name, addr_spec=self.email))


def current_brand() -> Brand:
    """Return the brand of the running app."""
    return cast(Brand, current_data("brand"))


def load_brand(path: Path) -> Brand:
    """Read the brand. Raises DataFileError with the place of a fault."""
    return read_data(path, Brand)
