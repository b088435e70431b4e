"""What becomes of a package whose newest release can't be read."""

import pytest

from registry.vocabulary import Severity
from scrapers.probes.packaging import probe_package
from tests.scrapers.packages import Answer, release

FILE = "/files/tap_alpha-1.0-py3-none-any.whl"
WITHHELD = Answer(403, "text/html", b"")

CODE = "https://github.com/Ada-Labs/tap-alpha"


@pytest.fixture
def refuse(index):
    """Publish tap-alpha, and give out none of its files."""

    def put(version="1.0", status=403, served=True):
        index.put("tap-alpha", release("tap-alpha", version, served=served))
        for path in [path for path in index.answers if path.startswith("/files/")]:
            index.answers[path] = Answer(status, "text/html", b"")

    return put


def seen(look):
    [evidence] = look.evidence
    return evidence


def code_of(look):
    """Where the code is, which only metadata tells."""
    [variant] = probe_package(seen(look).body).facts.variants
    return variant.definition.get("repo")


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
@pytest.mark.parametrize("served", [True, False])
def test_refused_files_are_told(fetch, refuse, status, served):
    refuse(status=status, served=served)
    [finding] = seen(fetch()).findings

    assert (finding.code, finding.severity) == ("metadata", Severity.WARNING)
    assert "tap_alpha-1.0-py3-none-any.whl: " in finding.message
    assert str(status) in finding.message


def test_what_was_read_last_still_says_where_the_code_is(fetch, index, refuse):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    before = fetch()
    refuse(version="1.1")
    after = fetch(
        validators=before.validators, previous=lambda: dict(seen(before).body)
    )

    assert code_of(before) == code_of(after) == CODE
    assert seen(after).body["metadata"] == seen(before).body["metadata"]
    assert "still counts" in seen(after).findings[0].message


def test_licence_of_an_older_release_is_not_the_newest_ones(fetch, index, refuse):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    before = fetch()
    refuse(version="1.1")
    after = fetch(previous=lambda: dict(seen(before).body))
    [made] = probe_package(seen(after).body).facts.variants[0].releases

    assert (made.version, made.license) == ("1.1", "")


def test_refused_file_is_asked_for_again_on_the_same_page(fetch, index, refuse):
    refuse()
    first = fetch()
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    second = fetch(validators=first.validators)

    assert code_of(second) == CODE
    assert seen(second).findings == ()
    assert fetch(validators=second.validators) is None


def test_lasting_refusal_is_the_same_evidence_each_time(fetch, index, refuse):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    read = fetch()
    refuse()
    first = fetch(previous=lambda: dict(seen(read).body))
    second = fetch(validators=first.validators, previous=lambda: dict(seen(first).body))

    assert seen(first).digest == seen(second).digest


def test_file_beside_a_refused_one_is_enough(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    index.answers[f"{FILE}.metadata"] = WITHHELD
    look = fetch()

    assert code_of(look) == CODE
    assert seen(look).findings == ()


def test_release_without_any_metadata_is_told_and_not_asked_for_again(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0", served=False))
    index.answers[FILE] = Answer(200, "application/zip", b"no archive")
    look = fetch()
    [finding] = seen(look).findings

    assert "None of its files has any" in finding.message
    assert fetch(validators=look.validators) is None


def test_package_without_releases_is_not_said_to_be_unreadable(fetch, index):
    index.put("tap-alpha")

    assert seen(fetch()).findings == ()
