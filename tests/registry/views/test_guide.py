"""Pages to read: what they say is so, and every link leads somewhere."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils.html import escape

from registry.defaults import CRITERIA
from registry.documents import index_path
from registry.search.facets import CLOSED, TRAITS
from registry.search.query import parse
from registry.views.guide import examples
from registry.views.guide.chapters import BOOKS, DOCS, GUIDE, POLICIES
from registry.vocabulary import PluginType
from scrapers.crawlers.repository.documents import SONGBOOK_KEYS, read_songbook
from scrapers.probes.conformance import judge
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.messages import bad_lines, messages
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording

pytestmark = pytest.mark.django_db

PAGES = [
    *(f"/{book.slug}" for book in BOOKS),
    *(reverse(book.route, args=[one.slug]) for book in BOOKS for one in book.chapters),
]

HERE = ("/", "#", "?")


class Read(HTMLParser):
    """A page's links, ids, headings and tables."""

    def __init__(self, page):
        super().__init__()
        self.links, self.ids, self.levels, self.cells = [], [], [], []
        self.captions = self.tables = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "a":
            self.links.append(said["href"])
        if "id" in said:
            self.ids.append(said["id"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th":
            self.cells.append(said.get("scope"))
        assert "style" not in said
        assert not [name for name in said if name.startswith("on")]


def prose(page):
    """Return a page's own text, without what stands on every page."""
    return page.split('<article class="text">')[1].split("</article>")[0]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_marked_up_in_order(address, read):
    page = Read(read(address))
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(page.levels))
    assert len(page.ids) == len(set(page.ids))
    assert page.tables == page.captions
    assert set(page.cells) <= {"col", "row"}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_the_database_for_its_footer_alone(
    address, client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert client.get(address).status_code == 200


def test_every_link_of_every_page_leads_somewhere(catalog, client):
    seen, due = {}, list(PAGES)
    while due:
        address = due.pop()
        path, _, mark = address.partition("#")
        # Published documents are answered before Django.
        if path not in seen and not path.startswith("/meltano/"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            is_page = answer["Content-Type"].startswith("text/html")
            seen[path] = Read(answer.content.decode()) if is_page else None
            if path in PAGES or path.startswith("/capabilities"):
                found = [one for one in seen[path].links if one.startswith(HERE)]
                due += [path + one if one[0] in "#?" else one for one in found]
        assert not mark or mark in seen[path].ids, address
    assert len(seen) > len(PAGES) + 20


def test_every_book_is_reached_from_the_docs(client, read):
    found = Read(read("/docs")).links
    for book in BOOKS:
        assert f"/{book.slug}" in [*found, "/docs"]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.slug)
def test_a_book_leads_from_each_chapter_to_the_next(book, read):
    assert Read(read(f"/{book.slug}")).links
    for earlier, later in pairwise(book.chapters):
        here, there = (reverse(book.route, args=[one.slug]) for one in (earlier, later))
        assert re.search(rf'rel="next"\s+href="{there}"', read(here))
        assert re.search(rf'rel="prev"\s+href="{here}"', read(there))


def test_a_chapter_that_is_not_there_is_not_found(read):
    for book in BOOKS:
        read(f"/{book.slug}/nonsense", 404)
    read("/guide/defaults", 404)


def test_every_template_is_a_chapter():
    folder = Path(configured.ROOT) / "templates" / "guide"
    for book in BOOKS:
        files = {path.stem for path in (folder / book.slug).iterdir()}
        assert files == {one.slug for one in book.chapters}


def test_pages_speak_of_the_operators_own_site(read, settings):
    settings.SITE_NAME = "The <Choir>"
    settings.SITE_CONTACT = "choir@example.org"
    assert "The &lt;Choir&gt; is not affiliated" in read("/policies/names")
    for slug in ("content", "security"):
        assert "choir@example.org" in prose(read(f"/policies/{slug}"))
    settings.SITE_CONTACT = ""
    assert "has named no address here" in read("/policies/content")


# What the guide shows of Singer


LINES = ("schema", "record", "state", "versioned", "batch", "session")


@pytest.mark.parametrize("key", LINES)
def test_an_example_is_messages_and_nothing_else(key):
    said = examples.GUIDE[key].encode()
    assert not bad_lines(said)
    assert len(messages(said)) == len(said.splitlines())


@pytest.mark.parametrize("key", [*LINES, "catalog"])
def test_an_example_stands_on_a_page(key, read):
    pages = [read(reverse(GUIDE.route, args=[one.slug])) for one in GUIDE.chapters]
    assert any(escape(examples.GUIDE[key]) in page for page in pages)


def test_the_examples_name_every_type_of_message():
    lines = "\n".join(examples.GUIDE[key] for key in LINES).encode()
    assert {one.type for one in messages(lines)} == {
        "SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION", "BATCH",
    }  # fmt: skip


def test_records_of_the_examples_are_as_their_schema_says():
    lines = "\n".join(examples.GUIDE[key] for key in LINES).encode()
    [*_, schema] = messages(lines, "SCHEMA")
    jsonschema.Draft7Validator.check_schema(schema.body["schema"])
    judge_of = jsonschema.Draft7Validator(
        schema.body["schema"], format_checker=jsonschema.FormatChecker()
    )
    records = messages(lines, "RECORD")
    assert len(records) > 3
    for record in records:
        judge_of.validate(record.body["record"])


def run(name, text):
    return RecordedRun(name=name, stdout=f"{text}\n".encode())


def test_the_suite_finds_no_fault_in_a_tap_that_prints_the_examples():
    catalog = json.loads(examples.GUIDE["catalog"])
    # `total` is not selected in the catalog on the page.
    lines = examples.GUIDE["session"].replace('"total": 12.5, ', "")
    lines = lines.replace('"total": null, ', "")
    runs = [
        *(
            run(name, examples.GUIDE["catalog"])
            for name in ("discover", "discover-again")
        ),
        *(run(name, lines) for name in ("sync", "sync-again")),
    ]
    recording = Recording(
        kind=Kind.TAP, runs={one.name: one for one in runs}, catalog=catalog
    )
    report = judge(recording)
    unfit = {Result.FAIL, Result.WARN}
    assert [
        (one.check.id, one.verdict.detail)
        for one in report.judged
        if one.verdict.result in unfit
    ] == []
    assert report.counts[Result.PASS] > 30


def test_the_state_file_of_the_page_is_the_value_of_its_message():
    [state] = messages(examples.GUIDE["state"].encode(), "STATE")
    assert json.loads(examples.GUIDE["state_file"]) == state.body["value"]


# What the documentation says of this site


@pytest.mark.parametrize("query", [one for one, _ in examples.QUERIES])
def test_an_example_of_the_search_language_is_understood(query, read):
    parsed = parse(query)
    assert not parsed.notices
    assert not parsed.is_empty
    assert escape(query) in read("/docs/search")


def test_the_search_page_names_every_filter_and_value(read):
    page = prose(read("/docs/search"))
    for facet in (*CLOSED, TRAITS):
        assert f"<code>{facet.key}:</code>" in page
        assert ", ".join(f"<code>{escape(one)}</code>" for one in facet.values) in page


def test_the_page_for_maintainers_names_the_keys_that_are_read(read):
    page = prose(read("/docs/maintainers"))
    for key in SONGBOOK_KEYS:
        assert f"<code>{key}</code>" in page
    said = examples.DOCS["songbook_yml"].encode()
    assert read_songbook(".songbook.yml", said) == ({"maintenance": "seeking"}, [])


def test_the_page_on_probes_names_every_question(read):
    page = prose(read("/docs/probes"))
    for key, (call, yes, _) in examples.ANSWERS.items():
        assert escape(call) in page, key
        assert escape(yes) in page, key


def test_calls_to_copy_are_those_of_this_site(read, settings):
    settings.PUBLIC_URL = "https://hub.example"
    page = prose(read("/docs/api"))
    assert set(re.findall(r"https://hub\.example(/[\w./-]+)", page)) == {
        f"/{index_path()}",
        f"/{index_path(PluginType.EXTRACTORS)}",
        reverse("api-search"),
        reverse("api-suggest"),
        reverse("discovery-yml"),
        reverse("type-feed", args=["extractors"]),
        reverse("hook", args=[1]).removesuffix("1"),
    }


# Policies


def test_the_policy_lists_the_rule_in_its_order(read):
    page = prose(read("/policies/defaults"))
    rule = re.findall(r"<li>([^<]+)</li>", page.split("The rule")[1])
    assert rule[: len(CRITERIA)] == [escape(one.question) for one in CRITERIA]


def test_the_policy_on_privacy_names_every_cookie_that_can_be_set(read):
    folder = Path(configured.ROOT) / "registry" / "views"
    cookies = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(r'^COOKIE = "([^"]+)"', path.read_text(), re.MULTILINE)
    }
    assert {"theme"} <= cookies
    page = prose(read("/policies/privacy"))
    assert set(re.findall(r"<dt><code>([^<]+)</code></dt>", page)) == cookies


def test_reading_sets_no_cookie_and_loads_nothing_from_elsewhere(client):
    for address in ("/", *PAGES):
        answer = client.get(address)
        assert not answer.cookies
        loaded = re.findall(
            r'<(?:script|img|iframe)[^>]+src="([^"]+)"', answer.content.decode()
        )
        assert all(one.startswith("/") for one in loaded)
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_policies_can_be_linked_by_their_name():
    assert reverse("policy", args=["defaults"]) == "/policies/defaults"
    assert POLICIES.chapter("defaults") is not None
    assert DOCS.chapter("defaults") is None
