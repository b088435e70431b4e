"""From the home page to a command on the clipboard, in a real browser."""

import pytest
from playwright.sync_api import expect

CLIPBOARD = ["clipboard-read", "clipboard-write"]
COMMAND = "meltano add tap-alpha --variant bo"


def test_someone_searches_chooses_a_variant_and_copies_its_command(visit):
    page = visit("/", permissions=CLIPBOARD)
    page.get_by_label("Search connectors").fill("alpha")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Tap-Alpha", exact=True).click()
    page.get_by_role("row", name="bo").get_by_role("link").first.click()
    page.get_by_role("button", name="Copy Meltano 4").click()
    expect(page.get_by_role("status")).to_have_text("Copied to the clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == COMMAND


def test_a_refused_clipboard_is_said(visit):
    page = visit("/extractors/tap-alpha--bo")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    page.get_by_role("button", name="Copy Meltano 4").click()
    expect(page.get_by_role("status")).to_have_text("The browser did not allow copying")


def test_without_script_everything_but_copying_works(visit):
    page = visit("/", java_script_enabled=False)
    page.get_by_label("Search connectors").fill("alpha")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Tap-Alpha", exact=True).click()
    page.get_by_role("row", name="bo").get_by_role("link").first.click()
    expect(page.get_by_text(COMMAND, exact=True)).to_be_visible()
    expect(page.locator("[data-copy]").first).to_be_hidden()
    page.locator("summary", has_text="pipx").click()
    expect(page.get_by_text("pipx install git+https")).to_be_visible()
    expect(page.get_by_text(COMMAND, exact=True)).to_be_hidden()


def test_the_keyboard_reaches_content_and_the_copy_button(visit):
    page = visit("/extractors/tap-alpha--bo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Copy Meltano 4")
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    expect(button).to_be_focused()
    outline = button.evaluate("button => getComputedStyle(button).outlineWidth")
    assert outline == "3px"


@pytest.mark.parametrize("address", [
    "/", "/extractors", "/search?q=tap", "/search?q=" + "long" * 20,
    "/extractors/tap-alpha", "/extractors/tap-alpha--ada",
    "/extractors/tap-" + "long" * 20, "/extractors/tap-" + "long" * 20 + "--ada",
])  # fmt: skip
def test_nothing_is_wider_than_a_small_screen(visit, address):
    page = visit(address, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_what_can_be_pressed_is_large_enough(visit):
    page = visit("/extractors/tap-alpha--ada", viewport={"width": 320, "height": 640})
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 24
