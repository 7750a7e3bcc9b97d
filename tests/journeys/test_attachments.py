"""A prospect attaches a diagram, on a phone, with and without JavaScript; staff download it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.attachments.sniffing import SVG
from app.attachments.upload import MOST_BYTES, TOO_LARGE
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Visit, open_page
from tests.journeys.heard import announces_changes_of
from tests.journeys.prospect import cookie_of_finished_draft, mails_to, someone, text_of
from tests.journeys.staff import Reviewer
from tests.sample_files import pdf, png_of
from tests.site import Site

Attach = Callable[[Page, str, bytes], None]

scripting = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
LINK = re.compile(r"http\S+/apply/resume/\S+")
OWN_PAGE = re.compile(r"/applications/[\w-]+$")
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def begin(page: Page, site: Site) -> None:
    """Give the browser a draft with all but the last step answered."""
    page.context.add_cookies([cookie_of_finished_draft(site)])


@pytest.fixture
def attach(tmp_path: Path) -> Attach:
    """Choose a file of that name and content, and send it."""

    def attach(page: Page, name: str, content: bytes) -> None:
        file = tmp_path / name  # Playwright hands on the path, not ten megabytes
        file.write_bytes(content)
        page.get_by_label("A diagram or document").set_input_files(file)
        page.get_by_role("button", name="Attach the file").click()

    return attach


@pytest.fixture
def refused(browser: Browser, site: Site, attach: Attach) -> Iterator[Page]:
    """A page on which a script has sent a drawing that was refused. Nothing else goes wrong."""
    page, watch = open_page(browser, 390, at=site.url)
    watch.provoked = 422
    begin(page, site)
    page.goto("/apply/attachments")
    attach(page, "diagram.svg", DRAWING)
    yield page
    watch.look_at([page])
    page.context.close()
    assert watch.faults == []


def downloaded(page: Page, name: str) -> bytes:
    """The file as the browser saves it; fails if the browser shows it instead."""
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download {name}").click()
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_bytes()


@scripting
def test_an_attached_diagram_is_sent_with_the_application_and_nothing_typed_is_lost(
    visit: Visit, site: Site, attach: Attach, ada: Reviewer, javascript: bool
) -> None:
    page = visit(390, javascript=javascript, reduced_motion="reduce")
    begin(page, site)
    page.goto("/apply/problem")
    page.locator("#problem").fill("Orders are lost. More of it is in the diagram.")
    page.get_by_role("button", name="Attach a file").click()
    attach(page, "Flow of orders.pdf", pdf(b"first"))
    expect(page.get_by_text("The file is attached.")).to_be_visible()
    attach(page, "Wrong one.pdf", pdf(b"second"))
    expect(page.get_by_role("heading", name="Attached: 2 of 5")).to_be_visible()
    page.get_by_role("button", name="Remove Wrong one.pdf").click()
    expect(page.get_by_text("The file is removed.")).to_be_visible()

    page.get_by_role("link", name="Back to “The problem”").click()
    expect(page.locator("#problem")).to_have_value("Orders are lost. More of it is in the diagram.")
    expect(page.get_by_text("Flow of orders.pdf")).to_be_visible()
    page.goto("/apply/review")
    expect(page.get_by_text("Flow of orders.pdf")).to_be_visible()
    expect(page.get_by_text("Wrong one.pdf")).to_have_count(0)
    page.get_by_role("checkbox", name="You may store this application").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page).to_have_url(OWN_PAGE)
    assert downloaded(page, "Flow of orders.pdf") == pdf(b"first")

    desk = visit(1440, reviewer=ada, reduced_motion="reduce")
    application = site.value("SELECT id FROM applications ORDER BY submitted_at DESC LIMIT 1")
    desk.goto(f"/staff/applications/{application}")
    assert downloaded(desk, "Flow of orders.pdf") == pdf(b"first")
    for shown in [page, desk] if javascript else []:
        assert faults_of(shown) == ""


def test_a_file_attached_on_a_phone_is_still_there_when_the_form_is_resumed_at_a_desk(
    visit: Visit, site: Site, attach: Attach
) -> None:
    email, _ = someone()
    phone = visit(390)
    phone.context.add_cookies([cookie_of_finished_draft(site, email)])
    phone.goto("/apply/attachments")
    attach(phone, "Flow of orders.pdf", pdf(b"first"))
    expect(phone.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()
    phone.goto("/apply/problem")
    phone.get_by_role("button", name="Save and mail me a link").click()
    expect(phone.get_by_role("status")).to_contain_text(f"on its way to {email}")
    phone.context.close()

    desk = visit(1440)
    [mail] = mails_to(site, email)
    link = LINK.search(text_of(mail))
    assert link
    desk.goto(link[0])
    expect(desk.get_by_role("heading", level=1)).to_have_text("Review and send")
    expect(desk.get_by_text("Flow of orders.pdf")).to_be_visible()
    desk.goto("/apply/attachments")
    expect(desk.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()
    attach(desk, "More of it.pdf", pdf(b"second"))
    expect(desk.get_by_role("heading", name="Attached: 2 of 5")).to_be_visible()
    desk.goto("/apply/review")
    desk.get_by_role("checkbox", name="You may store this application").check()
    desk.get_by_role("button", name="Send the application").click()
    expect(desk).to_have_url(OWN_PAGE)
    assert downloaded(desk, "Flow of orders.pdf") == pdf(b"first")
    assert downloaded(desk, "More of it.pdf") == pdf(b"second")


def test_pressing_enter_in_a_step_continues_and_attaches_nothing(visit: Visit, site: Site) -> None:
    page = visit(1440)
    begin(page, site)
    page.goto("/apply/problem")
    page.locator("#tried").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The outcome you want")
    page.goto("/apply/problem?back_to_review=yes")
    page.locator("#tried").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and send")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("diagram.png", DRAWING, str(SVG)), ("scan.png", png_of(MOST_BYTES + 2**20), str(TOO_LARGE))],
    ids=["svg", "too large"],
)
def test_without_javascript_a_refused_file_is_explained_at_the_field(
    visit: Visit, site: Site, attach: Attach, name: str, content: bytes, sentence: str
) -> None:
    page = visit(390, javascript=False)
    begin(page, site)
    page.goto("/apply/attachments")
    attach(page, name, content)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_label("A diagram or document")).to_have_accessible_description(
        re.compile(re.escape(sentence))
    )


def test_when_a_script_sent_the_file_a_refusal_takes_the_focus(
    refused: Page, attach: Attach
) -> None:
    expect(refused.get_by_role("alert")).to_be_focused()
    expect(refused.get_by_role("alert")).to_contain_text(str(SVG))
    expect(refused).to_have_title(re.compile("^Error: "))
    attach(refused, "Flow.pdf", pdf())
    expect(refused.get_by_role("status").get_by_text("The file is attached.")).to_be_visible()
    expect(refused.locator(".notice")).to_be_focused()


def test_the_error_for_one_file_is_not_shown_for_the_next(refused: Page, attach: Attach) -> None:
    expect(refused.get_by_role("alert")).to_contain_text(str(SVG))
    attach(refused, "scan.png", png_of(MOST_BYTES + 1))
    field, said = (
        refused.get_by_label("A diagram or document"),
        refused.locator(".field__error:visible"),
    )
    expect(refused.get_by_text(str(TOO_LARGE))).to_be_visible()
    expect(refused.get_by_text(str(SVG))).to_be_hidden()
    expect(field).to_have_accessible_description(re.compile(re.escape(str(TOO_LARGE))))
    field.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    expect(refused.get_by_text(str(TOO_LARGE))).to_be_hidden()
    expect(field).to_have_accessible_description("PDF or PNG, up to 10 MB.")
    refused.get_by_role("link", name="On to the review").click()
    expect(said).to_have_count(1)
    expect(said).to_contain_text("is not attached yet")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    visit: Visit, site: Site, attach: Attach
) -> None:
    page = visit(390)
    begin(page, site)
    page.goto("/apply/attachments")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    attach(page, "scan.png", png_of(MOST_BYTES + 1))
    field = page.get_by_label("A diagram or document")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(re.escape(str(TOO_LARGE))))
    assert "POST" not in sent


def test_a_prospect_who_leaves_without_attaching_the_chosen_file_is_warned_first(
    visit: Visit, site: Site
) -> None:
    page = visit(390)
    begin(page, site)
    page.goto("/apply/attachments")
    field = page.get_by_label("A diagram or document")
    onwards = page.get_by_role("link", name="On to the review")
    field.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    onwards.click()
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("is not attached yet"))
    page.get_by_role("button", name="Attach the file").click()
    expect(page.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()

    field.set_input_files({"name": "b.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    onwards.click()
    expect(field).to_be_focused()
    onwards.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and send")
    expect(page.get_by_text("a.pdf")).to_be_visible()


def test_progress_is_shown_while_a_file_is_uploaded(
    visit: Visit, site: Site, attach: Attach
) -> None:
    page = visit(390)
    begin(page, site)
    page.goto("/apply/attachments")
    assert announces_changes_of(page, "form [role=status]")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 2**20}
    network.send("Network.emulateNetworkConditions", slow)
    bar = page.get_by_role("progressbar", name="Sending the file")
    expect(bar).to_be_hidden()
    attach(page, "scan.png", png_of(4 * 2**20))
    expect(bar).to_be_visible()
    button = page.get_by_role("button", name="Attach the file")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "bar => bar.value > 0 && bar.value < bar.max", arg=bar.element_handle(), polling=20
    )
    expect(page.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()
    expect(bar).to_be_hidden()


def hold_back(page: Page) -> None:
    """Slow down what the page sends to almost nothing."""
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 2**14}
    network.send("Network.emulateNetworkConditions", slow)


def test_an_upload_can_be_cancelled_by_keyboard_and_sent_after_all(
    visit: Visit, site: Site, attach: Attach
) -> None:
    page = visit(390)
    begin(page, site)
    page.goto("/apply/attachments")
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_hidden()
    hold_back(page)
    attach(page, "scan.png", png_of(4 * 2**20))
    expect(page.get_by_role("progressbar", name="Sending the file")).to_be_visible()
    cancel.press("Enter")
    told = page.locator("form [role=status]")
    expect(told).to_contain_text("Cancelled. The file was not attached.")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(cancel).to_be_hidden()
    expect(page.get_by_role("button", name="Attach the file")).to_be_focused()
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
    attach(page, "Flow.pdf", pdf())
    expect(page.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()


def test_a_stalled_upload_is_reported_after_a_minute_and_can_be_cancelled(
    visit: Visit, site: Site, attach: Attach
) -> None:
    page = visit(390)
    page.clock.install()
    begin(page, site)
    page.goto("/apply/attachments")
    page.route("**/apply/attachments", lambda _: None)  # neither taken nor refused
    attach(page, "Flow.pdf", pdf())
    page.clock.run_for(59_000)
    stalled = page.get_by_text("There has been no progress for a minute.")
    expect(stalled).to_be_hidden()
    page.clock.run_for(2_000)
    expect(stalled).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(stalled).to_be_hidden()


def test_a_lost_connection_is_reported_and_the_file_can_be_sent_again(
    visit: Visit, site: Site, attach: Attach
) -> None:
    page = visit(390)
    begin(page, site)
    page.goto("/apply/attachments")
    page.context.set_offline(True)
    attach(page, "Flow.pdf", pdf())
    expect(page.get_by_role("alert")).to_contain_text("The connection was lost")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="Attach the file")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Attached: 1 of 5")).to_be_visible()
