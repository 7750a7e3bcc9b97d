from pathlib import Path

import pytest
from flask import Flask
from flask_babel import gettext

from app.firm.brand import AccountNumber
from app.platform.data_files import DataFileError
from app.platform.languages.catalogs import init_languages
from app.platform.languages.prose import in_present_language

CATALOG = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

# A translator's own
#. of the code
#: content/brand.toml:3
#, fuzzy
#| msgid "IBA"
msgctxt "bank"
msgid   "IBAN"
msgstr "die \"IBAN\" \\ "
  "dazu"

msgid "a day"
msgid_plural "days"
msgstr[0] "ein Tag"
msgstr[1] "Tage"

#~ msgctxt "bank"
#~ msgid "gone"
#~ msgstr ""
#~ "fort"
"""


@pytest.mark.parametrize("catalog", [b'msgid "Apply"\nmsgstr "Bew\xe4rben"\n', None])
def test_a_catalog_of_the_firms_that_is_not_text_stops_startup(
    tmp_path: Path, catalog: bytes | None
) -> None:
    path = tmp_path / "translations" / "de.po"
    path.parent.mkdir()
    path.write_bytes(catalog) if catalog else path.mkdir()
    with pytest.raises(DataFileError, match=r"^translations/de\.po: The file .*\.$"):
        init_languages(Flask(__name__), tmp_path)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('msgid "IBAN"\nmsgstr "IBAN-Nummer\n', "'msgstr \"IBAN-Nummer' is no line of a catalog"),
        ('msgid "IBAN"\nmsgst "IBAN"\n', "'msgst \"IBAN\"' is no line of a catalog"),
        ('msgid "IBAN"\nmsgstr "die "IBAN""\n', '\'msgstr "die "IBAN""\' is no line'),
        ('msgid "IBAN"\nmsgstr „IBAN“\n', "'msgstr „IBAN“' is no line of a catalog"),
        ('#~ msgid "IBAN"\n#~ msgstr "IBAN\n', "'#~ msgstr \"IBAN' is no line of a catalog"),
        ("\n<<<<<<< HEAD\n", "'<<<<<<< HEAD' is no line of a catalog"),
        ('\nmsgid "IBAN"\n\nmsgid "BIC"\nmsgstr "BIC"\n', "missing msgstr for msgid 'IBAN'"),
    ],
)
def test_a_mistake_in_a_catalog_of_the_firms_stops_startup_and_names_the_line(
    tmp_path: Path, lines: str, told: str
) -> None:
    """A lenient reader would leave a text in English or drop its last letter."""
    path = tmp_path / "translations" / "de.po"
    path.parent.mkdir()
    path.write_text(lines)
    with pytest.raises(DataFileError) as fault:
        init_languages(Flask(__name__), tmp_path)
    assert str(fault.value).startswith("translations/de.po: " + told)
    assert str(fault.value).endswith("(at line 2).")


def test_a_catalog_may_contain_what_translation_editors_write(tmp_path: Path) -> None:
    path = tmp_path / "translations" / "de.po"
    path.parent.mkdir()
    path.write_text(CATALOG, newline="\r\n")
    init_languages(Flask(__name__), tmp_path)


def test_neither_the_site_nor_the_firm_uses_the_others_translations(tmp_path: Path) -> None:
    """The site has a heading "Your data", and a firm may give a page of its form that title."""
    path = tmp_path / "translations" / "de.po"
    path.parent.mkdir()
    path.write_text('msgid "Your data"\nmsgstr "Ihre Datenquellen"\n')
    app = Flask(__name__)
    init_languages(app, tmp_path)
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert gettext("Your data") == "Ihre Daten"
        asked = in_present_language(AccountNumber(label="Your data", value="Your data"))
        assert asked == AccountNumber(label="Ihre Datenquellen", value="Your data")
        # The firm has to translate it itself, even if the site has a translation.
        untranslated = AccountNumber(label="Deposit", value="1")
        assert gettext("Deposit") == "Anzahlung"
        assert in_present_language(untranslated) == untranslated
