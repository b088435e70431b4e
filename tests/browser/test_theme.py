"""Light and dark: the system's, or what someone chose."""

import pytest
from playwright.sync_api import expect

DARK, LIGHT = "rgb(18, 21, 19)", "rgb(251, 251, 250)"


def colour(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_the_system_decides_first(visit):
    assert colour(visit("/", color_scheme="dark")) == DARK
    assert colour(visit("/", color_scheme="light")) == LIGHT


@pytest.mark.parametrize("script", [True, False])
def test_a_choice_is_kept_on_every_page(visit, script):
    page = visit("/extractors?q=tap", color_scheme="light", java_script_enabled=script)
    page.get_by_role("button", name="Dark").click()
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/extractors?q=tap")
    page.goto("/extractors/tap-alpha")
    expect(html).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="System").click()
    expect(html).not_to_have_attribute("data-theme", "dark")


def test_the_chosen_theme_colours_the_page(visit):
    page = visit("/", color_scheme="light")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state()
    assert colour(page) == DARK
