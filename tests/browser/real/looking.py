"""What a browser sees of one page: as it loads, at each width and in each theme."""

import gzip
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

THEMES = ("light", "dark")
# The first width of each row is the one that the page is loaded at.
EVERYWHERE = (((320, THEMES),), ((1280, THEMES), (768, THEMES)))
# Of pages that are laid out as one that was seen everywhere.
TWICE = (((320, ("dark",)),), ((1280, ("light",)),))
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALL = {"type": "tag", "values": TAGS}
# What another theme changes, whose styles set colours alone. Source: the rules of axe-core.
COLOURS = {"type": "rule", "values": ("color-contrast", "link-in-text-block")}
# Evaluated by the browser's debugger, which no policy of the page stops.
AXE = """async (runOnly) => {
    const { violations } = await axe.run({ runOnly, resultTypes: ["violations"] })
    return violations.flatMap((one) => one.nodes.map((node) =>
        `${one.id}: ${node.target} ${node.failureSummary} ${node.html.slice(0, 200)}`))
}"""
# Given before the page's own scripts: what moves without anybody having pressed anything.
SHIFTS = """
globalThis.shifts = []
new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources, value } of list.getEntries()) {
        const moved = sources.map(({ node }) => node && (node.outerHTML ?? node.data))
        if (!hadRecentInput) shifts.push(`${value}: ${String(moved).slice(0, 300)}`)
    }
}).observe({ type: "layout-shift", buffered: true })
"""
# What scripts changed is laid out by the second frame after they ran.
PAINTED = """() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done)))"""
WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".scroll"))
    .map((one) => one.outerHTML.slice(0, 120)).slice(-3)"""
LOST = """() => [...document.querySelectorAll("a[href^='#']")]
    .map((one) => decodeURIComponent(one.hash.slice(1)))
    .filter((id) => !document.getElementById(id))"""
# Those of one name close each other.
UNFOLD = """() => document.querySelectorAll("details").forEach((one) => {
    one.removeAttribute("name")
    one.open = true
})"""
HEADINGS = "() => [...document.querySelectorAll('h1')].map((one) => one.innerText)"


@dataclass(slots=True)
class Look:
    """All that was seen of one page; `packed` are the bytes of what it loads, by address."""

    address: str
    status: int = 0
    lang: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)
    shifts: list[str] = field(default_factory=list)
    lost_anchors: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    asked: list[tuple[int, str]] = field(default_factory=list)
    packed: dict[str, int] = field(default_factory=dict)


def look(page, address, *, at, act=None):
    """Open an address once for each row of `at`, and return what was seen.

    `act` is what is done with the page before it is judged. All that is folded is opened.
    """
    found = Look(address)
    listen(page, found)
    for row in at:
        page.set_viewport_size({"width": row[0][0], "height": 800})
        found.status = page.goto(address).status
        page.evaluate(PAINTED)
        found.shifts += page.evaluate("shifts")
        page.evaluate(axe())
        page.evaluate(UNFOLD)
        if act is not None:
            act(page)
        for width, themes in row:
            page.set_viewport_size({"width": width, "height": 800})
            inspect(page, found, width, themes)
    found.lang = page.locator("html").get_attribute("lang")
    found.title = page.title()
    found.headings = page.evaluate(HEADINGS)
    found.lost_anchors = page.evaluate(LOST)
    return found


@cache
def axe():
    """Return the script of axe-core, as a package brings it."""
    script = files("axe_playwright_python") / "axe.min.js"
    return script.read_text(encoding="utf-8")


def inspect(page, found, width, themes):
    """Have the page looked at as it is now, in each theme."""
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
        found.wider.append(f"{width}: {page.evaluate(WIDER)}")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        told = page.evaluate(AXE, ALL if theme == themes[0] else COLOURS)
        found.violations += [f"{width} {theme} {one}" for one in told]


def listen(page, found):
    """Keep what the page asks for and complains of from now on."""

    def answered(answer):
        found.asked.append((answer.status, answer.url))
        if answer.request.resource_type in {"script", "stylesheet"} and answer.ok:
            found.packed[answer.url] = len(gzip.compress(answer.body()))

    def said(message):
        # Its advice on forms with several passwords is no complaint.
        if message.type in {"error", "warning"}:
            found.complaints.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("response", answered)
