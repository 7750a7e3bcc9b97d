"""Nothing typed is lost: with no button pressed, with no server, in two tabs and on two devices."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Device
from tests.journeys.heard import announces_changes_of
from tests.journeys.prospect import cookie_of_finished_draft, fill_in, someone
from tests.journeys.typed import CHANGED, KEPT, UNSENT, saved, stored, type_problem
from tests.site import Site, eventually

# Keeps text as the script keeps what it could not send: no event announces a power cut.
KEEP = """text => {
  const form = document.querySelector("form[data-step]");
  const answers = [...new FormData(form)]
    .filter(([name]) => form.elements[name].type !== "hidden")
    .map(([name, value]) => [name, name === "problem" ? text : value]);
  const record = { at: Date.now(), saves: [form.elements.seen_saves.value, "unsent"], answers };
  localStorage.setItem(`unsent ${form.dataset.draft} problem`, JSON.stringify(record));
}"""
PUT_BACK = "Restored: what could not be saved earlier"


def finished(device: Device, site: Site, width: int = 390) -> Page:
    page = device(width)
    page.context.add_cookies([cookie_of_finished_draft(site, someone()[0])])
    return page


def test_typing_is_saved_and_the_caret_stays_where_it_is(device: Device, site: Site) -> None:
    page = device()
    page.goto("/apply/problem")
    type_problem(page, "Orders vanish")
    saved(page)
    field = page.locator("#problem")
    expect(field).to_be_focused()
    field.press("ArrowLeft")
    field.press_sequentially("e")
    eventually(lambda: stored(site, "Orders vaniseh"))
    assert field.evaluate("field => field.selectionStart") == len("Orders vanise")
    expect(page.locator(".field__error, .error-summary")).to_have_count(0)


def test_the_autosave_status_has_a_strip_of_its_own_at_the_foot_of_the_window(
    device: Device, site: Site
) -> None:
    page = device()
    page.goto("/apply/problem")
    type_problem(page, "Orders vanish")
    saved(page)
    place, form = page.locator("#autosave"), page.locator("form[data-step]")
    strip, column = place.bounding_box(), form.bounding_box()
    assert strip and column and page.viewport_size
    assert (strip["x"], strip["width"]) == (column["x"], column["width"])
    assert strip["y"] + strip["height"] == pytest.approx(page.viewport_size["height"], abs=1)


@pytest.mark.parametrize("path", ["/apply/problem", "/apply/review"])
def test_the_autosave_status_is_a_live_region_before_it_says_anything(
    device: Device, site: Site, path: str
) -> None:
    page = finished(device, site)
    page.goto(path)
    for place in ("#autosave", "#autosave-notice"):
        expect(page.locator(place)).to_be_empty()
        assert announces_changes_of(page, place)


def test_a_choice_is_saved_immediately(device: Device, site: Site) -> None:
    page = device()
    page.goto("/apply/system")
    fill_in(page, "system", {"architecture": "batch_and_files"})
    saved(page)
    page.goto("/apply/system")
    expect(page.locator('input[value="batch_and_files"]')).to_be_checked()


def test_https_is_added_in_the_field_to_a_web_address_typed_without_it(device: Device) -> None:
    page = device()
    page.goto("/apply/you")
    field = page.get_by_label("Company website")
    for typed, shown in (
        ("acme.com:8080", "https://acme.com:8080"),
        ("http://acme.com", "http://acme.com"),
        ("javascript:alert(document.cookie)", "javascript:alert(document.cookie)"),
    ):
        field.fill(typed)
        field.blur()
        expect(field).to_have_value(shown)


@pytest.mark.parametrize("way", ["closes the tab", "follows a link"])
def test_a_prospect_who_leaves_in_mid_word_finds_the_text_again(
    device: Device, site: Site, way: str
) -> None:
    page = device()
    text, _ = someone("Left by")
    page.goto("/apply/problem")
    type_problem(page, text)
    if way == "closes the tab":
        other = page.context.new_page()
        page.close(run_before_unload=True)
        page = other
    else:
        page.get_by_role("link", name="Articles").click()
    eventually(lambda: stored(site, text))
    page.goto("/apply/problem")
    expect(page.locator("#problem")).to_have_value(text)
    eventually(lambda: page.evaluate(UNSENT) == [])  # it tidies up once the text is restored


def test_text_typed_while_the_server_is_down_is_sent_once_it_is_back(
    device: Device, site: Site
) -> None:
    page = device()
    text, more = someone("Typed to a dead server")
    page.goto("/apply/problem")
    type_problem(page, text)
    saved(page)
    site.kill("web")
    try:
        type_problem(page, more)
        expect(page.locator("#autosave")).to_have_text(
            f"Not saved: the site does not answer. {KEPT}"
        )
        assert len(page.evaluate(UNSENT)) == 1
    finally:
        site.start("web")
    saved(page)
    assert stored(site, text + more)


def test_text_in_a_tab_that_was_closed_offline_is_restored_and_sent(
    device: Device, site: Site
) -> None:
    page = finished(device, site)
    page.goto("/apply/problem")
    _, text = someone("Typed in a tunnel")
    page.locator("#problem").fill("")
    saved(page)
    page.context.set_offline(True)
    type_problem(page, text)
    expect(page.locator("#autosave")).to_have_text(f"Not saved: you are offline. {KEPT}")
    other = page.context.new_page()
    page.close()
    page.context.set_offline(False)

    # The emulated outage does not stop what a closing tab sends last, which may have arrived.
    other.goto("/apply/problem")
    expect(other.locator("#problem")).to_have_value(text)
    eventually(lambda: stored(site, text))
    other.reload()
    expect(other.locator("#problem")).to_have_value(text)
    expect(other.get_by_text(PUT_BACK)).to_have_count(0)


def test_text_kept_by_the_browser_is_restored_and_the_page_says_so(
    device: Device, site: Site
) -> None:
    page = finished(device, site)
    page.goto("/apply/problem")
    _, text = someone("Typed before the power went")
    page.evaluate(KEEP, text)
    page.reload()
    expect(page.get_by_text(PUT_BACK)).to_be_visible()
    expect(page.locator("#problem")).to_have_value(text)
    eventually(lambda: stored(site, text))


def test_a_new_visitor_whose_saves_never_reached_the_server_loses_nothing(
    device: Device, site: Site
) -> None:
    page = device()
    page.goto("/apply/problem")
    text, _ = someone("Typed before the first save")
    page.context.set_offline(True)
    type_problem(page, text)
    expect(page.locator("#autosave")).to_contain_text(KEPT)
    page.close()
    back = page.context.new_page()
    page.context.set_offline(False)
    back.goto("/apply/problem")
    saved(back)
    assert stored(site, text)


def test_when_two_tabs_disagree_both_texts_are_shown_and_one_is_chosen(
    device: Device, site: Site
) -> None:
    first = finished(device, site)
    second = first.context.new_page()
    for page in (first, second):
        page.goto("/apply/problem")
        page.locator("#problem").press("Control+A")
    _, here = someone("Typed in the first tab")
    _, there = someone("Typed in the second tab")
    type_problem(first, here)
    saved(first)
    second.locator("#problem").fill("")
    type_problem(second, there)
    notice = second.locator("#autosave-notice")
    expect(notice).to_contain_text(CHANGED)
    expect(notice).to_contain_text(here)
    expect(second.locator("#problem")).to_have_value(there)
    expect(second.locator("#problem")).to_be_focused()
    assert not stored(site, there)

    second.get_by_role("button", name="Continue").click()
    expect(second.get_by_text(CHANGED)).to_be_visible()
    expect(second.locator("#problem")).to_have_value(there)
    second.get_by_role("button", name="Keep what is in the fields").click()
    expect(second.get_by_text("What was in the fields is kept.")).to_be_visible()
    assert stored(site, there)

    type_problem(first, " and more")
    expect(first.locator("#autosave-notice")).to_contain_text(there)
    first.get_by_role("link", name="Use the other answers").click()
    expect(first.locator("#autosave-notice")).to_be_empty()
    expect(first.locator("#problem")).to_have_value(there)
    assert first.evaluate(UNSENT) == []


def test_pressing_enter_chooses_neither_of_two_conflicting_texts(
    device: Device, site: Site
) -> None:
    first = finished(device, site)
    second = first.context.new_page()
    for page in (first, second):
        page.goto("/apply/you")
    first.locator("#company").fill("Named in the first tab")
    saved(first)
    second.locator("#company").fill("Named in the second tab")
    expect(second.locator("#autosave-notice")).to_contain_text(CHANGED)
    second.locator("#company").press("Enter")
    expect(second.locator("#autosave-notice")).to_be_focused()
    expect(second.get_by_text(CHANGED)).to_be_visible()
    expect(second.locator("#company")).to_have_value("Named in the second tab")
    named = "SELECT count(*) FROM drafts WHERE answers->>'company' = 'Named in the second tab'"
    assert site.value(named) == 0


def test_without_javascript_pressing_continue_shows_both_conflicting_texts(
    device: Device, site: Site
) -> None:
    first = device(1440, javascript=False)
    first.context.add_cookies([cookie_of_finished_draft(site, someone()[0])])
    second = first.context.new_page()
    for page in (first, second):
        page.goto("/apply/problem")
        page.locator("#problem").fill(f"Typed in {'the first' if page is first else 'another'} tab")
    first.get_by_role("button", name="Continue").click()
    second.get_by_role("button", name="Continue").click()
    expect(second.get_by_text(CHANGED)).to_be_visible()
    expect(second.get_by_text("Typed in the first tab")).to_be_visible()
    second.get_by_role("button", name="Keep what is in the fields").click()
    expect(second.locator("#problem")).to_have_value("Typed in another tab")


def test_the_resume_link_wins_over_text_that_a_second_device_still_holds(
    device: Device, site: Site
) -> None:
    desk, phone = finished(device, site, 1440), device()
    text, _ = someone("Typed at the desk")
    desk.goto("/apply/problem")
    desk.locator("#problem").fill(text)
    saved(desk)
    wanted = "SELECT resume_token FROM drafts WHERE answers ->> 'problem' = %s"
    link = f"/apply/resume/{site.value(wanted, text)}"

    phone.goto(link)
    phone.goto("/apply/problem")
    expect(phone.locator("#problem")).to_have_value(text)
    phone.context.set_offline(True)
    type_problem(phone, " and on the phone")
    expect(phone.locator("#autosave")).to_contain_text(KEPT)
    # Closing the page ends the emulated outage, and a last save, or a retry, would then arrive.
    phone.evaluate("window.fetch = async () => {}; XMLHttpRequest.prototype.send = () => {}")
    phone.close()
    opened = phone.context.new_page()
    opened.context.set_offline(False)
    opened.goto(link)
    expect(opened).to_have_url(re.compile("/apply/review$"))
    opened.goto("/apply/problem")
    expect(opened.locator("#problem")).to_have_value(text)
    expect(opened.get_by_text(PUT_BACK)).to_have_count(0)


def test_text_that_another_page_could_not_save_is_on_the_review_before_sending(
    device: Device, site: Site
) -> None:
    page = finished(device, site)
    page.goto("/apply/problem")
    _, text = someone("Typed in a tunnel")
    page.evaluate(KEEP, text)
    page.goto("/apply/review")
    expect(page.locator("main")).to_contain_text("Typed in a tunnel")
    assert stored(site, text)
    assert page.evaluate(UNSENT) == []


def test_a_review_that_already_shows_every_answer_is_not_reloaded(
    device: Device, site: Site
) -> None:
    page = finished(device, site)
    page.goto("/apply/engagement")
    arrived, opened = [], []
    # The server has the save, and the page moves on before it hears so.
    page.route("**/autosave", lambda route: arrived.append(route.fetch()))
    page.locator('input[value="few_hours"]').check()
    eventually(lambda: page.evaluate(UNSENT) and arrived)
    page.on("request", lambda one: opened.append(one.url) if one.is_navigation_request() else None)
    page.get_by_role("button", name="Continue").click()
    page.unroute("**/autosave")
    page.wait_for_url("**/apply/review")
    eventually(lambda: page.evaluate(UNSENT) == [])
    page.evaluate("fetch(location.href)")  # a reload would have been requested by then
    assert [urlsplit(url).path for url in opened] == ["/apply/engagement", "/apply/review"]


def test_the_review_links_to_a_page_whose_text_still_cannot_be_saved(
    device: Device, site: Site
) -> None:
    page = finished(device, site)
    page.goto("/apply/problem")
    page.evaluate(KEEP, "Typed in a tunnel")
    page.route("**/apply/problem/autosave", lambda route: route.abort())
    page.goto("/apply/review")
    page.get_by_role("link", name="Open that page").click()
    page.unroute("**/apply/problem/autosave")
    expect(page.locator("#problem")).to_have_value("Typed in a tunnel")


def test_once_the_application_is_sent_the_browser_keeps_nothing(device: Device, site: Site) -> None:
    page = finished(device, site)
    page.goto("/apply/review")
    page.get_by_label("Anything else").fill("My last words")
    page.get_by_role("checkbox", name="You may store this application").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page).to_have_url(re.compile("/applications/"))
    assert page.evaluate("localStorage.length") == 0
