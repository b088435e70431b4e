"""JSON-LD in a real browser: the CSP lets no inline script run, and says nothing of data."""

import pytest


@pytest.mark.parametrize(
    "address", ["/extractors/tap-alpha", "/extractors/tap-alpha--ada"]
)
def test_a_data_block_is_there_and_the_console_silent(visit, address):
    page = visit(address)
    block = page.locator('script[type="application/ld+json"]')
    assert page.evaluate("text => JSON.parse(text).url", block.text_content()).endswith(
        address
    )
