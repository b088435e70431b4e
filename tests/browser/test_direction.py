"""A page read from right to left is the same page in a mirror."""

import pytest

# The edges of what stands beside something else, from where reading begins.
EDGES = """() => {
    const { left, right } = document.body.getBoundingClientRect()
    const isLeft = document.documentElement.dir === "rtl"
    return Object.fromEntries(
        [".brand", ".top nav", ".crumbs a", ".card img, .card svg", ".card-facts", ".narrow",
         "#found", ".monogram", ".side", ".chip", ".foot nav"]
        .map((one) => [one, document.querySelector(`:is(${one})`)?.getBoundingClientRect()])
        .filter(([, box]) => box?.width)
        .map(([one, box]) => [one, Math.round(isLeft ? right - box.right : box.left - left)]))
}"""
WIDER = "document.scrollingElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address",
    ["/", "/search", "/extractors/tap-alpha", "/extractors/tap-alpha--ada",
     "/extractors/tap-alpha/compare?v=ada,bo", "/guide/messages"],
)  # fmt: skip
def test_everything_stands_on_the_other_side(visit, address, width):
    page = visit(address, viewport={"width": width, "height": 800})
    before = page.evaluate(EDGES)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(EDGES) == pytest.approx(before, abs=2)
    assert not page.evaluate(WIDER)


def test_words_from_outside_run_as_they_are_written(visit):
    page = visit("/extractors/tap-alpha")
    page.evaluate("document.documentElement.dir = 'rtl'")
    [said] = page.locator(".title p[dir=auto]").all()
    assert said.evaluate("one => getComputedStyle(one).direction") == "ltr"
    code = page.locator(".code pre").first
    assert code.evaluate("one => getComputedStyle(one).direction") == "ltr"
