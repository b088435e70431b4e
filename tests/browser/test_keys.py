"""Single keys, which do nothing while someone types and can be turned off."""

import pytest
from playwright.sync_api import expect

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_a_slash_goes_to_the_search_field_and_is_not_typed(visit):
    page = visit("/extractors/tap-alpha")
    page.keyboard.press("/")
    field = page.get_by_label("Search connectors")
    expect(field).to_be_focused()
    expect(field).to_have_value("")


def test_c_copies_the_first_command(visit):
    page = visit("/extractors/tap-alpha", permissions=CLIPBOARD)
    page.keyboard.press("c")
    expect(page.locator("[data-copied]")).to_have_text("Copied to the clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == "meltano add tap-alpha"


def test_j_and_k_walk_through_the_results(visit):
    page = visit("/search")
    results = page.locator("[data-results] h3 a")
    page.keyboard.press("k")
    expect(page.locator("body")).to_be_focused()
    page.keyboard.press("j")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(results.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tap-*")


def test_a_question_mark_opens_and_closes_the_list(visit):
    page = visit("/")
    words = page.get_by_text("copy the first command")
    expect(words).to_be_hidden()
    page.keyboard.press("?")
    expect(words).to_be_visible()
    page.keyboard.press("?")
    expect(words).to_be_hidden()


def test_nothing_happens_to_who_types(visit):
    page = visit("/extractors/tap-alpha", permissions=CLIPBOARD)
    field = page.get_by_label("Search connectors")
    field.click()
    page.keyboard.type("c/?")
    expect(field).to_have_value("c/?")
    expect(page.locator("[data-copied]")).to_have_text("")
    expect(page.get_by_text("copy the first command")).to_be_hidden()


@pytest.mark.parametrize("chord", ["Control+/", "Alt+c", "Meta+?"])
def test_the_browsers_own_keys_stay_its_own(visit, chord):
    page = visit("/")
    page.keyboard.press(chord)
    expect(page.get_by_text("copy the first command")).to_be_hidden()
    expect(page.get_by_label("Search connectors")).not_to_be_focused()


def test_keys_can_be_turned_off_and_on(visit):
    page = visit("/extractors/tap-alpha")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn these keys off").click()
    page.get_by_text("Keys are off").click()
    page.keyboard.press("/")
    expect(page.get_by_label("Search connectors")).not_to_be_focused()
    page.get_by_role("button", name="Turn these keys on").click()
    expect(page.locator("[data-keys=on]")).to_be_visible()
    assert page.url.endswith("/extractors/tap-alpha")
    page.keyboard.press("/")
    expect(page.get_by_label("Search connectors")).to_be_focused()


def test_without_script_no_key_is_spoken_of(visit):
    page = visit("/", java_script_enabled=False)
    expect(page.locator("[data-keys]")).to_be_hidden()
