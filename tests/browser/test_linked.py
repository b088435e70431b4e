"""JSON-LD in a real browser: the CSP lets no inline script run, and says nothing of data."""

import pytest


@pytest.mark.parametrize(
    "address", ["/extractors/tap-alpha", "/extractors/tap-alpha--ada"]
)
def test_a_data_block_is_there_and_the_console_silent(visit, address):
    page = visit(address)
    blocks = page.locator('script[type="application/ld+json"]').all_text_contents()
    said, crumbs = (page.evaluate("JSON.parse", text) for text in blocks)
    assert said["url"].endswith(address)
    assert crumbs["@type"] == "BreadcrumbList"
