"""What a connector connects to, by its type and name."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.services import label_of, service_named, service_of
from registry.views.converters import NameConverter
from registry.vocabulary import NAME_LIMIT, is_name

rest = st.text(string.ascii_letters + string.digits + "._-", max_size=NAME_LIMIT)
names = st.builds(str.__add__, st.sampled_from(["", "tap-", "target_", "x-tap-"]), rest)


@pytest.mark.parametrize(("kind", "name", "service"), [
    ("extractors", "tap-postgres", "postgres"),
    ("loaders", "target-postgres", "postgres"),
    ("extractors", "tap-google-analytics", "ga4"),
    ("extractors", "tap-google_analytics", "ga4"),
    ("extractors", "tap-ga4", "ga4"),
    ("extractors", "tap-amazon-sqs", "sqs"),
    ("loaders", "target-sqs", "sqs"),
    ("loaders", "target-gsheet", "google-sheets"),
    ("extractors", "singer-tap-zenhub", "zenhub"),
    ("extractors", "Tap-Data.World", "data-world"),
    ("extractors", "zenhub", "zenhub"),
    # A loader's name in an extractor is part of what it reads from, and a prefix is no name.
    ("extractors", "tap-target-circle", "target-circle"),
    ("extractors", "tap-tapfiliate", "tapfiliate"),
    ("extractors", "tap", "tap"),
])  # fmt: skip
def test_connectors_of_one_service_meet(kind, name, service):
    assert service_of(kind, name) == service


@given(names.filter(is_name), st.sampled_from(["extractors", "loaders"]))
def test_every_connector_has_a_service_that_fits_in_an_address(name, kind):
    service = service_of(kind, name)
    assert re.fullmatch(NameConverter.regex, service)
    assert len(service) <= NAME_LIMIT
    assert service_named(service) == service


@pytest.mark.parametrize("kind", ["utilities", "mappers", "files", "transformers"])
def test_what_neither_reads_nor_writes_has_no_service(kind):
    assert service_of(kind, "tap-postgres") == ""


@pytest.mark.parametrize("name", ["PostgreSQL", "pg", "postgres", "Postgres!"])
def test_a_service_is_the_same_however_it_is_spelt(name):
    assert service_named(name) == "postgres"


@pytest.mark.parametrize(("labels", "label"), [
    ((), ""),
    (("", ""), ""),
    (("Amazon S3", "S3", "S3"), "S3"),
    (("S3", "Amazon S3"), "S3"),
    (("IBM DB2", "Db2", "IBM Db2"), "IBM DB2"),
    (("Analytics (GA4)", "Analytics (Universal)"), "Analytics"),
    (("S3 (Multi Format)", "S3"), "S3"),
    (("Zendesk (Support)", "Zendesk (Support)"), "Zendesk (Support)"),
    (("(Beta)", "(Old)", "(Old)"), "(Old)"),
])  # fmt: skip
def test_the_most_frequent_label_names_a_service_and_else_the_first(labels, label):
    assert label_of(labels) == label
