"""Narrowing a search: by ticking, with script and without, and by what is suggested."""

from playwright.sync_api import expect


def unfold(page, title):
    page.locator("summary", has_text=title).click()


def test_a_tick_narrows_and_who_ticked_stays_there(visit):
    page = visit("/search")
    expect(page.get_by_role("heading", name="4 results")).to_be_visible()
    page.evaluate("window.isTheSamePage = true")
    unfold(page, "Variant")
    page.get_by_label("bo 1").check()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
    assert page.url.endswith("/search?variant=bo")
    assert page.evaluate("window.isTheSamePage")
    expect(page.locator("[data-said]")).to_have_text("1 result")
    box = page.get_by_label("bo 1")
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    expect(page.locator("#found")).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="4 results")).to_be_visible()
    assert page.url.endswith("/search")


def test_back_brings_what_was_there_before(visit):
    page = visit("/search?q=tap")
    unfold(page, "Variant")
    page.get_by_label("bo 1").check()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="3 results")).to_be_visible()
    assert page.url.endswith("/search?q=tap")
    expect(page.locator("[name=variant][value=bo]")).not_to_be_checked()


def test_the_words_that_are_in_the_field_and_the_order_are_kept(visit):
    page = visit("/search?sort=name")
    page.get_by_role("combobox").fill("alpha")
    unfold(page, "Variant")
    page.locator("[name=variant][value=bo]").check()
    expect(page.get_by_role("heading", name="1 result for “alpha”")).to_be_visible()
    assert page.url.endswith("/search?q=alpha&sort=name&variant=bo")


def test_without_script_apply_narrows(visit):
    page = visit("/extractors", java_script_enabled=False)
    unfold(page, "Variant")
    page.get_by_label("bo 1").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
    page.get_by_role("link", name="Remove the filter variant:bo").click()
    expect(page.get_by_role("heading", name="3 results")).to_be_visible()


def test_an_answer_that_does_not_come_is_said_and_nothing_is_lost(visit):
    page = visit("/search")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error()) }")
    unfold(page, "Variant")
    page.get_by_label("bo 1").check()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(page.get_by_role("heading", name="4 results")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()


def test_the_keyboard_chooses_among_the_names_that_are_suggested(visit):
    page = visit("/search")
    field = page.get_by_role("combobox")
    # At once: between two keys it would ask for what stands there so far.
    field.fill("tap")
    names = page.get_by_role("listbox").get_by_role("option")
    expect(names.nth(1)).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = names.nth(1).get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.fill("tap-alp")
    expect(names).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tap-Alpha tap-alpha")).to_be_visible()


def test_enter_searches_for_what_was_typed_where_nothing_was_chosen(visit):
    page = visit("/search")
    page.get_by_role("combobox").fill("alp")
    expect(page.get_by_role("option")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=alp")


def test_a_name_that_is_suggested_may_be_clicked(visit):
    page = visit("/search")
    page.get_by_role("combobox").press_sequentially("alp")
    page.get_by_role("option", name="tap-alpha").click()
    page.wait_for_url("**/extractors/tap-alpha")
