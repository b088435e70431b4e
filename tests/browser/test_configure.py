"""A variant's settings become three files in a real browser, and nothing leaves it."""

import json

import pytest
import yaml
from django.utils import timezone
from playwright.sync_api import expect

from registry.models import Source
from scrapers.line import follow

CLIPBOARD = ["clipboard-read", "clipboard-write"]
ADDRESS = "/extractors/tap-hostile--ada"
# Names that a file's format, a shell or JavaScript would take for something else.
NAMES = [
    "on",
    "a: b",
    "- x",
    "__proto__",
    "constructor",
    "#",
    "1",
    "it's",
    "a\\b",
    "ü €",
]
# Texts that a file's format or a client would change: a field holds no line breaks.
TEXTS = [
    "a'b", '"', "\\", "a\\", "\\n", "a # b", " b ", "true", "1e3", "{}", "*a", "&a", "!a",
    "%", "@", "`", "- a", "a: b", "\u2028\u0085\x7f", "🎶", "<b>&amp;", "null", "~", "a\\'b",
]  # fmt: skip
# What Meltano fills in from the environment, and what keeps it from that.
FILLED = {
    "$HOME": "\\$HOME",
    "${HOME}": "\\${HOME}",
    "\\$HOME": "\\\\$HOME",
    "$a": "$a",
}
SETTINGS = [
    *({"name": name} for name in NAMES),
    {"name": "key", "kind": "password"},
    {"name": "o.one"},
    {"name": "o.two", "kind": "integer"},
    {"name": "rate", "kind": "decimal"},
    {"name": "is_on", "kind": "boolean"},
    {"name": "mode", "kind": "options",
     "options": [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]},
    {"name": "list", "kind": "array"},
    {"name": "map", "kind": "object"},
    # What connectors say by `--about` is often a text and no more.
    {"name": "client_secret", "kind": "string"},
    {"name": "login.password", "kind": "string", "sensitive": False},
    {"name": "private_key", "kind": "password"},
]  # fmt: skip


@pytest.fixture
def form(site, folder, visit):
    """Open the page of a connector with all kinds of settings; return it."""
    folder.write(
        "extractors", "tap-hostile", "ada", settings=SETTINGS,
        settings_group_validation=[["key"]],
    )  # fmt: skip
    follow(Source.objects.get(found_by="a test"), now=timezone.now())
    return visit(ADDRESS, permissions=CLIPBOARD)


def field(page, name):
    """Return a setting's field, whatever its name is made of."""
    rows = page.locator("[data-setting]").all()
    [row] = [one for one in rows if one.get_attribute("data-setting") == name]
    return row.locator("input, select, textarea")


def written(page, key):
    return page.locator(f"#form-{key}").text_content()


def config(page):
    [entry] = yaml.safe_load(written(page, "yaml"))["plugins"]["extractors"]
    return entry["config"]


def test_every_name_and_text_comes_back_as_it_was_typed(form):
    for text in TEXTS:
        for name in NAMES:
            field(form, name).evaluate(
                "(input, text) => { input.value = text }", f"{text}{name}"
            )
        field(form, "1").dispatch_event("input")
        typed = {name: f"{text}{name}" for name in NAMES}
        assert config(form) == typed
        assert json.loads(written(form, "json")) == typed


@pytest.mark.parametrize(("text", "kept"), FILLED.items())
def test_what_meltano_would_fill_in_is_kept_from_it(form, text, kept):
    field(form, "on").fill(text)
    assert config(form) == {"on": kept}
    assert json.loads(written(form, "json")) == {"on": text}


@pytest.mark.parametrize(("secret", "line"), [
    ("s3cret", "'s3cret'"), ("it's", r"'it\'s'"), ("a\\", r"'a\\'"), ("$HOME #", "'$HOME #'"),
    ("a${HOME}", "'a${:-$}{HOME}'"), ('"', "'\"'"),
])  # fmt: skip
def test_a_secret_is_in_the_environment_alone(form, secret, line):
    field(form, "key").fill(secret)
    assert written(form, "env") == f"TAP_HOSTILE_KEY={line}"
    assert config(form) == {"key": "$TAP_HOSTILE_KEY"}
    assert json.loads(written(form, "json")) == {"key": "<key>"}


@pytest.mark.parametrize("name", ["client_secret", "login.password"])
def test_a_text_with_the_name_of_a_secret_is_in_the_environment_alone(form, name):
    assert field(form, name).get_attribute("type") == "password"
    field(form, name).fill("s3cret")
    variable = f"TAP_HOSTILE_{name.upper().replace('.', '_')}"
    assert written(form, "env") == f"{variable}='s3cret'"
    assert config(form) == {name: f"${variable}"}
    assert "s3cret" not in written(form, "json")
    row = form.locator("#settings-own tr", has_text=name)
    expect(row.locator(".chip")).to_have_text("Secret")


def test_a_key_keeps_its_lines_and_is_not_shown(form):
    key = "-----BEGIN KEY-----\nabc\n-----END KEY-----"
    field(form, "private_key").fill(key)
    assert written(form, "env") == f"TAP_HOSTILE_PRIVATE_KEY='{key}'"
    shown = "one => getComputedStyle(one).webkitTextSecurity"
    assert field(form, "private_key").evaluate(shown) == "disc"


def test_values_have_the_kind_of_their_setting(form):
    field(form, "o.one").fill("1")
    field(form, "o.two").fill("12345678901234567890")
    field(form, "rate").fill("0.10")
    field(form, "is_on").select_option("false")
    field(form, "mode").select_option(label="Two")
    field(form, "list").fill('["a", {"b": null}]')
    field(form, "map").fill('{"a":\n"$HOME"}')
    said = config(form)
    assert said.pop("map") == {"a": "\\$HOME"}
    assert said == {
        "o.one": "1", "o.two": 12345678901234567890, "rate": 0.1, "is_on": False,
        "mode": "2", "list": ["a", {"b": None}],
    }  # fmt: skip
    assert json.loads(written(form, "json"))["o"] == {"one": "1", "two": said["o.two"]}


def test_what_is_none_of_its_kind_is_left_out_and_said(form):
    field(form, "o.two").fill("many")
    field(form, "list").fill("{}")
    expect(form.locator("[data-refused]")).to_have_text(
        "Left out: o.two is no whole number; list is no JSON array."
    )
    assert field(form, "list").get_attribute("aria-invalid") == "true"
    assert "o.two" not in written(form, "yaml")
    field(form, "o.two").fill("7")
    field(form, "list").fill("")
    expect(form.locator("[data-refused]")).to_have_text("")
    assert config(form) == {"o.two": 7}


def test_nothing_that_is_typed_leaves_the_page(form):
    # The icon of the tab is asked for by itself, whenever the browser comes to it.
    icon = "favicon.svg"
    asked = []
    form.on("request", lambda request: asked.append(request.url))
    field(form, "key").fill("s3cret")
    field(form, "key").press("Enter")
    field(form, "on").press("Enter")
    form.wait_for_timeout(200)
    assert [url for url in asked if not url.endswith(icon)] == []
    assert form.url.endswith(ADDRESS)
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert "s3cret" not in form.evaluate(stored)
    form.reload()
    assert "s3cret" not in form.content()


def test_what_was_filled_in_is_copied(form):
    field(form, "key").fill("s3cret")
    form.locator("summary", has_text=".env").click()
    form.get_by_role("button", name="Copy .env").click()
    expect(form.locator("[data-copied]")).to_have_text("Copied to the clipboard")
    copied = form.evaluate("navigator.clipboard.readText()")
    assert copied == "TAP_HOSTILE_KEY='s3cret'"


def test_many_settings_are_narrowed_by_what_is_typed(form):
    form.get_by_label("Filter settings").fill("o.")
    rows = form.locator("#settings-own tr:visible")
    expect(rows).to_have_count(2)
    expect(form.locator("[data-filter] [aria-live]")).to_have_text(
        f"2 of {len(SETTINGS)} shown"
    )
    form.get_by_label("Filter settings").fill("")
    expect(rows).to_have_count(len(SETTINGS))


def test_without_script_the_three_files_have_places_to_fill_in(form, visit):
    page = visit(ADDRESS, java_script_enabled=False)
    expect(page.locator("[data-configure] form")).to_be_hidden()
    expect(page.locator("[data-filter]")).to_be_hidden()
    expect(page.locator("#form-yaml")).to_contain_text("key: $TAP_HOSTILE_KEY")
    page.locator("summary", has_text=".env").click()
    expect(page.locator("#form-env")).to_have_text("TAP_HOSTILE_KEY=")
    page.locator("summary", has_text="config.json").click()
    expect(page.locator("#form-json")).to_contain_text('"key": "<password>"')


def test_every_field_has_a_label_and_is_large_enough(form):
    for one in form.locator("[data-configure] .field").all():
        assert one.evaluate("input => input.labels.length") == 1
        box = one.bounding_box()
        assert box is None or box["height"] >= 24


def test_the_form_is_no_wider_than_a_small_screen(form):
    form.set_viewport_size({"width": 320, "height": 640})
    assert form.evaluate("document.documentElement.scrollWidth") == 320
