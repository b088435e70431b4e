"""What people come for, on the real catalogue: by mouse, by keys alone and without script."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db
CLIPBOARD = ["clipboard-read", "clipboard-write"]
NARROW = {"viewport": {"width": 320, "height": 640}}
COMMAND = "meltano add tap-github --variant singer-io"
OF_RELEASE = "/extractors/tap-github--singer-io/versions/1.1.0/definition"
HELD = f"meltano add tap-github --from-ref {settings.PUBLIC_URL}{OF_RELEASE}"
TAB_LIMIT = 120


def search(page, words):
    page.get_by_label("Search connectors").fill(words)
    page.keyboard.press("Enter")
    # Until its scripts have run, a box that is ticked asks for nothing.
    page.wait_for_url("**/search?q=*")


def narrow(page, title, value):
    """Tick a facet's value, which the address then names."""
    page.locator("summary", has_text=title).click()
    page.get_by_role("group", name=title).get_by_label(f"{value} ").first.check()


def narrowed(page):
    """Wait for the results, which the address names before they are there."""
    expect(page.locator("[data-said]")).not_to_have_text("")


def tab_to(page, target):
    """Press Tab until an element has the focus, which must be seen."""
    for _ in range(TAB_LIMIT):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            break
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    assert target.evaluate("one => getComputedStyle(one).outlineStyle") != "none"


@pytest.mark.parametrize("someone", [
    {}, {"color_scheme": "dark", **NARROW}, {"forced_colors": "active", **NARROW},
])  # fmt: skip
def test_someone_searches_narrows_chooses_a_variant_and_copies(opened, someone):
    page = opened("/", permissions=CLIPBOARD, **someone)
    search(page, "github")
    narrow(page, "Capability", "state")
    page.wait_for_url("**/search?q=github&capability=state")
    narrowed(page)
    page.get_by_role("link", name="GitHub", exact=True).click()
    page.get_by_role("row", name="singer-io").get_by_role("link").first.click()
    page.get_by_role("button", name="Copy Meltano 4").click()
    expect(page.locator("[data-copied]")).to_have_text("Copied to the clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == HELD


def test_back_from_a_plugin_leads_to_the_results_as_they_were(opened):
    page = opened("/search?q=github")
    everything = page.locator("#found h3").count()
    narrow(page, "Capability", "state")
    page.wait_for_url("**capability=state")
    expect(page.locator("#found h3")).not_to_have_count(everything)
    few = page.locator("#found h3").all_inner_texts()
    page.get_by_role("link", name="GitHub", exact=True).click()
    page.go_back()
    assert page.locator("#found h3").all_inner_texts() == few
    page.go_back()
    expect(page.locator("#found h3")).to_have_count(everything)
    expect(page.locator("[value=state]")).not_to_be_checked()


def test_the_same_by_keys_alone(opened):
    page = opened("/", permissions=CLIPBOARD)
    tab_to(page, page.get_by_label("Search connectors"))
    page.keyboard.type("github")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    tab_to(page, page.locator("summary", has_text="Capability"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=capability][value=state]"))
    page.keyboard.press("Space")
    page.wait_for_url("**/search?q=github&capability=state")
    narrowed(page)
    tab_to(page, page.get_by_role("link", name="GitHub", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="singer-io", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Copy Meltano 4"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-copied]")).to_have_text("Copied to the clipboard")
    assert page.evaluate("navigator.clipboard.readText()") == HELD


def test_the_same_without_script(opened):
    page = opened("/", java_script_enabled=False)
    search(page, "github")
    narrow(page, "Capability", "state")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/search?q=github&capability=state")
    page.get_by_role("link", name="GitHub", exact=True).click()
    page.get_by_role("row", name="singer-io").get_by_role("link").first.click()
    expect(page.get_by_text(COMMAND, exact=True)).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_two_variants_are_ticked_and_compared(opened, script):
    page = opened("/extractors/tap-github", java_script_enabled=script)
    page.get_by_label("Compare meltanolabs").check()
    page.get_by_label("Compare singer-io").check()
    page.get_by_role("button", name="Compare selected").click()
    heading = page.get_by_role("heading", name="2 variants of tap-github, side by side")
    expect(heading).to_be_visible()
    page.wait_for_load_state()
    shown = page.locator(".compare thead th").all_inner_texts()
    assert [text.split()[0] for text in shown[1:]] == ["meltanolabs", "singer-io"]
    page.get_by_role("link", name="Show differences only").click()
    expect(page.get_by_role("rowheader", name="Install", exact=True)).to_be_visible()


def test_the_largest_form_writes_all_that_is_typed_and_sends_nothing(opened):
    page = opened("/extractors/tap-rest-api-msdk--widen")
    page.wait_for_load_state("networkidle")
    # The icon of the tab is asked for by itself, whenever the browser comes to it.
    icon = "favicon.svg"
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    texts = page.locator("[data-kind=text] input:visible").all()
    for nth, one in enumerate(texts):
        one.fill(f"typed {nth}.")
    written = page.locator("#form-yaml").text_content()
    assert len(texts) > 5
    assert [nth for nth in range(len(texts)) if f"typed {nth}." not in written] == []
    assert [url for url in asked if not url.endswith(icon)] == []
