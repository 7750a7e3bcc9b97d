"""A page with a form, parsed as in a browser; and input, sent as a browser would, or worse."""

import re
from html.parser import HTMLParser
from urllib.parse import quote_plus

from hypothesis import strategies as st

CSRF_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
Fields = list[tuple[str, str]]

ODD = "\x00\x0b\x1f\u202e\u200b\ud800\udfff\ufeff\u0301\r\n\t <>&\"'{}%;\\😀ßé漢"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from(ODD), max_size=30),
    st.sampled_from([",", "a@b.example", "https://a.example/", "javascript:alert(1)", "{{7*7}}"]),
    # Longer than the limit on answers, and longer than the limit on requests.
    st.builds(str.__mul__, st.sampled_from(["x", "ü ", "\x00"]), st.sampled_from([5_000, 60_000])),
    st.just("x" * 1_000_000),
)


def token_in(page: str) -> str:
    """The CSRF token in the page's forms."""
    token = CSRF_TOKEN.search(page)
    assert token, page
    return token[1]


def on_the_wire(fields: Fields) -> bytes:
    """The body of a POST. A lone surrogate is sent as bytes that are not UTF-8."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields).encode()


def _quoted(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def as_received(text: str) -> str:
    """The text as a form receives it: lone surrogates stay percent-encoded, the ends are
    trimmed."""
    readable = text.encode("utf-8", "surrogatepass").decode("utf-8", "werkzeug.url_quote")
    return readable.replace("\r\n", "\n").strip()


class FormPage(HTMLParser):
    """A parsed page. ``values``: name → the values of its fields; for choices, those chosen.
    ``names``: of all fields. ``wrong``: the ids of fields with an error. ``linked``: the ids that
    the error summary links to. ``ids``: all ids of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.wrong: set[str] = set()
        self.linked: list[str] = []
        self.ids: set[str] = set()
        self._writing = ""
        self._in_summary = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        classes = given.get("class", "").split()
        if "error-summary__list" in classes:
            self._in_summary = True
        if "field__error" in classes and "hidden" not in given:
            self.wrong.add(given["id"].removesuffix("-error"))
        if tag == "a" and self._in_summary:
            self.linked.append(given["href"].removeprefix("#"))
        if tag in {"input", "textarea"} and "name" in given:
            self._take_field(tag, given)

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        name = given["name"]
        self.names.add(name)
        is_choice = given.get("type") in {"radio", "checkbox"}
        if tag == "textarea":
            self._writing = name
            self.values[name] = [""]
        elif not is_choice or "checked" in given:
            self.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._writing:
            self.values[self._writing][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._writing = ""
        if tag == "ul":
            self._in_summary = False

    def text_of(self, name: str) -> str:
        """The value of a text field."""
        return self.values[name][0].replace("\r\n", "\n").strip()

    def has_each_error_at_its_field(self) -> bool:
        """Whether each error is shown at its field and linked from the summary."""
        fields = {one if one in self.wrong else one.removesuffix("-0") for one in self.linked}
        return bool(self.wrong) and fields == self.wrong and self.ids.issuperset(self.linked)
