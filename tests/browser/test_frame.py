"""What stands around every page: a header of two rows, paper, and colours of the reader's."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("address", ["/status", "/status/crawl"])
def test_nothing_is_wider_than_a_small_screen(visit, address):
    page = visit(address, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [320, 700, 1023, 1280])
def test_the_header_has_two_rows_at_most(visit, width):
    page = visit("/extractors/tap-alpha", viewport={"width": width, "height": 640})
    header = page.get_by_role("banner")
    tops = header.locator("a, input").evaluate_all(
        "all => all.filter(one => one.checkVisibility())"
        ".map(one => { const box = one.getBoundingClientRect();"
        " return Math.round((box.top + box.bottom) / 2) })"
    )
    rows = []
    for top in sorted(tops):
        if not rows or top - rows[-1] > 12:
            rows.append(top)
    assert len(rows) <= 2


def test_on_paper_there_is_nothing_to_press_and_nothing_is_folded(visit):
    page = visit("/extractors/tap-alpha--bo", color_scheme="dark")
    page.emulate_media(media="print")
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    expect(page.get_by_text("pipx install git+https")).to_be_visible()
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


def test_with_forced_colours_a_fact_still_has_an_edge(visit):
    page = visit("/extractors/tap-alpha--ada", forced_colors="active")
    chip = page.locator(".chip").first
    assert chip.evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"


def test_from_right_to_left_commands_stay_as_they_are_typed(visit):
    page = visit("/extractors/tap-alpha--bo")
    page.evaluate("document.documentElement.dir = 'rtl'")
    command = page.locator("pre").first
    assert command.evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_the_search_in_the_header_suggests_plugins_on_every_page(visit):
    page = visit("/guide/messages")
    field = page.get_by_label("Search connectors")
    expect(field).to_have_attribute("maxlength", "300")
    field.press_sequentially("alp")
    page.get_by_role("option", name="tap-alpha").click()
    page.wait_for_url("**/extractors/tap-alpha")
