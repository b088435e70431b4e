"""What pages may weigh, and how much they may ask of the database."""

import gzip
import re
from collections import defaultdict
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from registry.models import Document, Variant
from tests.browser.real.kinds import ADDRESSES, address_of, names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
QUERIES_LIMIT = 8
HTML_LIMIT = 12 * 1024
# What is said of one variant or of one run of it is as much as is known.
LONG_LIMIT = 18 * 1024
LONG = {"variant", "run", "streams", "readme", "checks", "conformance"}
TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.DOTALL)
LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
LINKS_OF_A_KIND = 4


def limit_of(name):
    return LONG_LIMIT if name.partition(",")[0] in LONG else HTML_LIMIT


def packed(answer):
    return len(gzip.compress(answer.content))


@pytest.mark.parametrize("name", names())
def test_a_page_is_small(client, name):
    assert packed(client.get(address_of(name))) <= limit_of(name)


@pytest.mark.parametrize("name", names())
def test_a_page_asks_the_database_few_times(client, name):
    address = address_of(name)
    # What one process keeps of the whole catalogue is not asked for by each page.
    client.get("/search?q=tap")
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= QUERIES_LIMIT


def test_the_variants_with_most_settings_are_small(client):
    rows = Variant.objects.select_related("plugin")
    largest = sorted(rows, key=lambda row: -len(row.definition.get("settings", ())))
    for row in largest[:20]:
        answer = client.get(f"/{row.plugin.type}/{row.plugin.name}--{row.name}")
        assert packed(answer) <= LONG_LIMIT, row


def test_no_two_kinds_of_page_have_one_title(client):
    pages = {name: client.get(address_of(name)).content.decode() for name in ADDRESSES}
    by_title = defaultdict(list)
    for name, page in pages.items():
        by_title[TITLE.search(page)[1]].append(name)
    assert [names for names in by_title.values() if len(names) > 1] == []


def test_links_of_every_kind_lead_to_an_answer(client):
    links = defaultdict(set)
    for name in names():
        for link in LINK.findall(client.get(address_of(name)).content.decode()):
            address = link.replace("&amp;", "&")
            links[resolve(address.partition("?")[0]).url_name].add(address)
    # Documents are answered before Django is asked.
    documents = set(Document.objects.values_list("path", flat=True))
    refused = {
        one: status
        for found in links.values()
        for one in sorted(found)[:LINKS_OF_A_KIND]
        if one.lstrip("/") not in documents
        and (status := client.get(one).status_code) >= HTTPStatus.BAD_REQUEST
    }
    assert refused == {}
