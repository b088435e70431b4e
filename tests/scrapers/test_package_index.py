"""Packages on an index on their way to variants, releases and documents."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.models import Plugin, Release, Snapshot, Source, Variant
from registry.vocabulary import ProjectStatus
from scrapers.crawlers.index import Indexes
from scrapers.http import CrawlError, Refused, Throttled
from scrapers.probes.packaging import probe_package
from tests.registry.rows import documents, happened, places
from tests.scrapers.packages import (
    Answer,
    Distribution,
    Index,
    metadata_of,
    release,
    sdist,
    tar,
    wheel,
)

pytestmark = pytest.mark.django_db
CODE = "https://github.com/Ada-Labs/tap-alpha"


def kept():
    """Return where every row lies, but for those that say when somebody looked."""
    return {row: at for row, at in places().items() if row[0] != "registry_source"}


def put_metadata(index, name, **fields):
    """Publish a project with one release that says this of itself."""
    metadata = metadata_of(name, "1.0", **fields)
    content = wheel(name, "1.0", metadata)
    filename = f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
    index.put(name, Distribution(filename, content, metadata))


def test_package_becomes_a_variant_with_releases_and_a_document(crawl, index):
    index.put(
        "tap-alpha",
        release("tap-alpha", "1.0", **{"requires-python": ">=3.9"}),
        release("tap-alpha", "1.1", **{"upload-time": "2025-01-02T03:04:05Z"}),
    )
    assert "1 variants added" in crawl("pypi:Tap_Alpha")
    variant = Variant.objects.get()
    assert (variant.plugin.type, variant.name) == ("extractors", "package")
    assert variant.maintainer.label == "A package of the index"
    assert variant.current_release.version == "1.1"
    first = Release.objects.get(version="1.0")
    assert first.released_at == datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)
    assert first.requires_python == ">=3.9"
    [(filename, sha256)] = first.artifacts.items()
    assert filename == "tap_alpha-1.0-py3-none-any.whl"
    assert len(sha256) == 64
    assert Release.objects.get(version="1.1").license == "MIT"
    assert json.loads(documents()["extractors/tap-alpha--package"]) == {
        "name": "tap-alpha",
        "namespace": "tap_alpha",
        "variant": "package",
        "description": "Made at 1.1.",
        "repo": "https://github.com/Ada-Labs/tap-alpha",
        "pip_url": "tap-alpha",
        "docs": "http://127.0.0.1:8000/extractors/tap-alpha--package",
    }


def test_index_without_metadata_is_read_out_of_the_wheel(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0", served=False), plain=True)
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert (variant.name, variant.description) == ("package", "Made at 1.0.")
    assert variant.current_release.license == "MIT"
    assert variant.current_release.released_at is None


@pytest.mark.parametrize("ending", [".tar.gz", ".zip"])
def test_index_without_metadata_or_wheels_is_read_out_of_the_sdist(
    crawl, index, ending
):
    metadata = metadata_of("target-x", "2.0", Author="Grace Hopper", Summary="UNKNOWN")
    content = sdist("target-x", "2.0", metadata)
    if ending == ".zip":
        content = wheel("x", "2", b"", **{"target-x-2.0/PKG-INFO": metadata})
    index.put("target-x", Distribution(f"target-x-2.0{ending}", content), plain=True)
    crawl("pypi:target-x")
    variant = Variant.objects.get()
    assert (variant.plugin.type, variant.name) == ("loaders", "package")
    assert variant.description == ""


def test_unchanged_page_costs_one_question_and_no_row(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    crawl("pypi:tap-alpha")
    before = kept()
    index.asked.clear()
    assert "unchanged" in crawl("pypi:tap-alpha")
    assert index.asked == [("/simple/tap-alpha/", 304)]
    assert kept() == before


def test_page_without_etag_and_nothing_new_changes_no_catalog_row(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    index.answers["/simple/tap-alpha/"].headers.clear()
    crawl("pypi:tap-alpha")
    before, published, events = Snapshot.objects.count(), documents(), happened()
    crawl("pypi:tap-alpha")
    assert (Snapshot.objects.count(), documents(), happened()) == (
        before,
        published,
        events,
    )


def test_new_release_becomes_the_current_one(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.9"))
    crawl("pypi:tap-alpha")
    index.put("tap-alpha", release("tap-alpha", "1.9"), release("tap-alpha", "1.10"))
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert variant.current_release.version == "1.10"
    assert variant.description == "Made at 1.10."
    assert happened() == [
        ("tap-alpha--package", "added"),
        ("tap-alpha--package", "released"),
        ("tap-alpha--package", "changed"),
    ]


def test_pre_release_is_not_what_is_installed(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"), release("tap-alpha", "2.0rc1"))
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().current_release.version == "1.0"
    assert Variant.objects.get().description == "Made at 1.0."


def test_pre_release_is_installed_where_there_is_no_other(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "2.0a1"), release("tap-alpha", "2.0a2"))
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().current_release.version == "2.0a2"


def test_yanked_newest_release_falls_back_to_the_one_before(crawl, index):
    first, second = release("tap-alpha", "1.0"), release("tap-alpha", "1.1")
    index.put("tap-alpha", first, second)
    crawl("pypi:tap-alpha")
    second.row["yanked"] = "It deletes everything."
    index.put("tap-alpha", first, second)
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert variant.current_release.version == "1.0"
    assert variant.description == "Made at 1.0."
    assert Release.objects.get(version="1.1").yanked
    second.row["yanked"] = False
    index.put("tap-alpha", first, second)
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().current_release.version == "1.1"


def test_release_is_yanked_only_if_all_its_files_are(crawl, index):
    wheel_ = release("tap-alpha", "1.0", yanked=True)
    source = Distribution("tap-alpha-1.0.tar.gz", b"")
    index.put("tap-alpha", wheel_, source)
    crawl("pypi:tap-alpha")
    kept = Release.objects.get()
    assert not kept.yanked
    assert set(kept.artifacts) == {wheel_.filename, source.filename}


def test_release_that_is_not_on_the_index_any_more_is_remembered(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"), release("tap-alpha", "1.1"))
    crawl("pypi:tap-alpha")
    index.put("tap-alpha", release("tap-alpha", "1.1"))
    crawl("pypi:tap-alpha")
    assert set(Release.objects.values_list("version", flat=True)) == {"1.0", "1.1"}


def test_what_a_version_was_seen_to_contain_is_never_overwritten(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    crawl("pypi:tap-alpha")
    before = Release.objects.get().artifacts
    changed = release("tap-alpha", "1.0", hashes={"sha256": "0" * 64})
    index.put("tap-alpha", changed, Distribution("tap-alpha-1.0.tar.gz", b""))
    crawl("pypi:tap-alpha")
    after = Release.objects.get().artifacts
    assert before.items() <= after.items()
    assert len(after) == 2


def test_unknown_package_is_gone(crawl, index):
    with pytest.raises(CommandError, match="no project named tap-none"):
        crawl("pypi:tap-none")
    assert Source.objects.get().failures == 1


def test_removed_package_keeps_its_variant(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    crawl("pypi:tap-alpha")
    before = documents()
    index.answers.clear()
    with pytest.raises(CommandError, match="no project named"):
        crawl("pypi:tap-alpha")
    assert documents() == before


def test_package_not_named_like_a_connector_is_told_and_no_plugin(crawl, index):
    index.put("requests", release("requests", "1.0"))
    crawl("pypi:requests")
    assert not Plugin.objects.exists()
    [finding] = Snapshot.objects.get().probe_findings
    assert "not named like a tap or a target" in finding["message"]


def test_package_without_a_release_is_told_and_no_plugin(crawl, index):
    index.put("tap-alpha")
    crawl("pypi:tap-alpha")
    assert not Plugin.objects.exists()
    [finding] = Snapshot.objects.get().probe_findings
    assert "no release" in finding["message"]


@pytest.mark.parametrize(
    ("package", "fields", "plugin", "variant"),
    [
        ("tap-a", {"Home-page": "https://gitlab.com/Bo_B/tap-a"}, "tap-a", "package"),
        ("tap-a", {"Author": "Ada Lovelace"}, "tap-a", "package"),
        ("acme-tools-tap-a", {}, "tap-a", "package-acme-tools"),
        ("tap-google-tap-manager", {}, "tap-google-tap-manager", "package"),
    ],
)
def test_a_package_alone_has_a_name_that_claims_nobodys(
    crawl, index, package, fields, plugin, variant
):
    put_metadata(index, package, **fields)
    crawl(f"pypi:{package}")
    row = Variant.objects.get()
    assert (row.plugin.name, row.name, row.pip_url) == (plugin, variant, package)


@pytest.mark.parametrize(
    ("fields", "repo"),
    [
        (
            {"Home-page": "https://gitlab.com/Bo_B/tap-a"},
            "https://gitlab.com/Bo_B/tap-a",
        ),
        (
            {
                "Home-page": "https://github.com/wrong/home",
                "Project-URL": [
                    "Documentation, https://github.com/docs/docs",
                    "Repository, https://github.com/right/tap-a/tree/main",
                ],
            },
            "https://github.com/right/tap-a",
        ),
        (
            {"Project-URL": ["Source, https://git.example.org/ada/tap-a.git"]},
            "https://git.example.org/ada/tap-a",
        ),
        ({"Project-URL": ["Changelog, https://git.example.org/ada/tap-a"]}, ""),
        ({"Project-URL": ["Source, file:///srv/tap-a"]}, ""),
    ],
)
def test_the_repository_that_a_package_names_is_looked_at(crawl, index, fields, repo):
    put_metadata(index, "tap-a", **fields)
    crawl("pypi:tap-a")
    assert Variant.objects.get().repo == repo
    named = Source.objects.filter(kind="repository").values_list("address", flat=True)
    assert list(named) == ([repo.lower()] if repo else [])


def test_package_adds_releases_to_what_is_curated_and_no_words(crawl, index, folder):
    folder.write("extractors", "tap-alpha", "ada-labs", pip_url="tap-alpha")
    crawl(folder)
    follow_variants(now=timezone.now())
    before = documents()
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    crawl("pypi:tap-alpha")
    assert documents() == before
    variant = Variant.objects.get(name="ada-labs")
    assert variant.current_release.version == "1.0"
    assert variant.description == "Made by ada-labs."


# Hostile and broken answers: a finding, a word to the maintainer, or passed over.


@pytest.mark.parametrize(
    "filename",
    [
        "tap_alpha-not.a.version-py3-none-any.whl",
        f"tap_alpha-{'9' * 5000}-py3-none-any.whl",
        f"tap_alpha-{'9.' * 99}9-py3-none-any.whl",
        "tap_alpha-1.0",
        "",
        "tap_alpha-\0-py3-none-any.whl",
        "../../etc/tap_alpha-2!x.tar.gz",
        "tap_alpha-1.0\0.tar.gz",
    ],
)
def test_file_of_no_readable_version_is_told_and_passed_over(crawl, index, filename):
    odd = release("tap-alpha", "1.0", filename=filename)
    index.put("tap-alpha", release("tap-alpha", "1.0"), odd)
    assert "has no version that can be read" in crawl("pypi:tap-alpha")
    assert Release.objects.get().version == "1.0"


def lying_wheel(**changes):
    """Return a wheel whose directory says something else than what is there."""
    content = bytearray(wheel("tap-alpha", "1.0", metadata_of("tap-alpha", "1.0")))
    local, central = content.find(b"PK\3\4"), content.find(b"PK\1\2")
    for offset, value in changes.pop("at", {}).items():
        content[local + offset] = value
        content[central + offset + 2] = value
    return bytes(content)


def corrupt_wheel():
    content = bytearray(lying_wheel())
    start = content.find(b"METADATA") + len(b"METADATA")
    content[start : start + 8] = b"\xff" * 8
    return bytes(content)


def pax_bomb():
    """Return an archive whose first header is far larger than any metadata."""
    path = "x" * (80 * 2**20)
    return tar({f"tap-alpha-1.0/{path}": b"", "tap-alpha-1.0/PKG-INFO": b""})


ARCHIVES = {
    "no archive": lambda: b"not an archive",
    "empty": lambda: b"",
    "cut": lambda: lying_wheel()[:-30],
    "encrypted": lambda: lying_wheel(at={6: 1}),
    "unknown compression": lambda: lying_wheel(at={8: 99}),
    "corrupt data": corrupt_wheel,
    "bomb": lambda: wheel("tap-alpha", "1.0", b"a" * 50_000_000),
    "too large": lambda: wheel("x", "1", b"", big=b"") + b"\0" * (11 * 2**20),
    "no metadata": lambda: wheel("x", "1", b"").replace(b"METADATA", b"METADATO"),
    "traversal": lambda: wheel("../../../tmp/x", "1", metadata_of("evil", "6.6")),
}


@pytest.mark.parametrize("archive", ARCHIVES)
def test_hostile_wheel_tells_nothing_and_harms_nothing(crawl, index, archive):
    filename = "tap_alpha-1.0-py3-none-any.whl"
    index.put("tap-alpha", Distribution(filename, ARCHIVES[archive]()), plain=True)
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert (variant.name, variant.description) == ("package", "")
    assert variant.current_release.version == "1.0"


SDISTS = {
    "no archive": lambda: b"\x1f\x8b not an archive",
    "cut": lambda: sdist("tap-alpha", "1.0", b"Summary: x\n" * 9999)[:-60],
    "bomb": lambda: sdist("tap-alpha", "1.0", b"a" * 50_000_000),
    "bomb beside": lambda: tar({"tap-alpha-1.0/a": b"\0" * 100_000_000}),
    "bomb in a name": pax_bomb,
    "outside": lambda: tar(
        {"../../PKG-INFO": metadata_of("evil", "6.6", Author="Evil")}
    ),
}


@pytest.mark.parametrize("archive", SDISTS)
def test_hostile_sdist_tells_nothing_and_harms_nothing(crawl, index, archive):
    content = SDISTS[archive]()
    index.put("tap-alpha", Distribution("tap-alpha-1.0.tar.gz", content), plain=True)
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert (variant.name, variant.description) == ("package", "")


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"no colon anywhere\n" * 99,
        metadata_of("tap-alpha", "not a version"),
        metadata_of("tap-alpha", "9" * 5000),
        metadata_of("other", "1.0"),
        b"Metadata-Version: 99.9\nName: tap-alpha\nVersion: 1.0\n",
        metadata_of("tap-alpha", "1.0", Project_URL=["nonsense", ", ", "a"]),
        metadata_of("tap-alpha", "1.0", Version=["1.0", "2.0"]),
    ],
)
@pytest.mark.parametrize("place", ["beside the wheel", "in the wheel"])
def test_metadata_that_says_nothing_gives_a_variant_by_its_name(
    crawl, index, metadata, place
):
    served = place == "beside the wheel"
    file = Distribution(
        "tap_alpha-1.0-py3-none-any.whl",
        wheel("tap-alpha", "1.0", metadata),
        metadata if served else None,
    )
    index.put("tap-alpha", file)
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().repo == ""


def test_metadata_of_odd_text_is_taken_as_far_as_it_goes(crawl, index):
    metadata = metadata_of(
        "tap-alpha",
        "1.0",
        Author="A" * 999,
        Summary="nul \0 inside",
        License="L" * 999,
        Home_page=f"https://github.com/{'o' * 999}/tap-alpha",
    )
    filename = "tap_alpha-1.0-py3-none-any.whl"
    index.put("tap-alpha", Distribution(filename, b"", metadata))
    crawl("pypi:tap-alpha")
    variant = Variant.objects.get()
    assert "\0" not in variant.description
    assert len(variant.repo) <= 500


def test_metadata_in_latin_1_is_no_obstacle(crawl, index):
    metadata = metadata_of("tap-alpha", "1.0", Summary="ok") + "Author: José\n".encode(
        "latin-1"
    )
    filename = "tap_alpha-1.0-py3-none-any.whl"
    index.put("tap-alpha", Distribution(filename, b"", metadata))
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().description == "ok"


def test_metadata_of_another_digest_is_not_believed(crawl, index):
    file = release("tap-alpha", "1.0")
    index.put("tap-alpha", file)
    path = f"/files/{file.filename}.metadata"
    lie = metadata_of("tap-alpha", "1.0", Author="Evil")
    index.answers[path] = Answer(200, "text/plain", lie)
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().repo == CODE


def test_missing_metadata_is_read_out_of_the_file(crawl, index):
    file = release("tap-alpha", "1.0")
    index.put("tap-alpha", file)
    del index.answers[f"/files/{file.filename}.metadata"]
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().repo == CODE


def test_missing_file_tells_nothing(crawl, index):
    file = release("tap-alpha", "1.0", served=False)
    index.put("tap-alpha", file)
    del index.answers[f"/files/{file.filename}"]
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().repo == ""


@pytest.mark.parametrize(
    "row",
    [
        {"requires-python": ">=3.8," * 99},
        {"requires-python": "nonsense \0"},
        {"upload-time": "2024-01-01T00:00:00"},
        {"hashes": {}},
        {"hashes": {"md5": "x"}},
        {"yanked": ""},
        {"size": -1},
    ],
)
def test_odd_row_of_a_page_is_taken_as_far_as_it_goes(crawl, index, row):
    index.put(
        "tap-alpha",
        release("tap-alpha", "1.0"),
        Distribution("tap-alpha-1.0.tar.gz", b"", None, row),
        release("tap-alpha", "0.9", **row),
    )
    crawl("pypi:tap-alpha")
    assert Variant.objects.get().current_release.version == "1.0"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/vnd.pypi.simple.v1+json"),
        (b"[]", "application/vnd.pypi.simple.v1+json"),
        (b"not json", "application/vnd.pypi.simple.v1+json"),
        (b'{"meta": {"api-version": "9.0"}}', "application/vnd.pypi.simple.v1+json"),
        (b"an image", "image/png"),
        (b"", ""),
    ],
)
def test_answer_that_is_no_page_is_told(crawl, index, body, kind):
    index.page("tap-alpha", body, kind=kind)
    with pytest.raises(CommandError, match="tap-alpha"):
        crawl("pypi:tap-alpha")
    assert Source.objects.get().failures == 1


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_index_in_trouble_is_asked_again_later(crawl, index, status):
    index.answers["/simple/tap-alpha/"] = Answer(status, "text/html", b"")
    with pytest.raises(CommandError, match=rf"page of tap-alpha: the host .*{status}"):
        crawl("pypi:tap-alpha")
    assert Source.objects.get().due_at is not None


def test_long_etag_is_no_obstacle(crawl, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    index.answers["/simple/tap-alpha/"].headers["ETag"] = f'"{"e" * 999}"'
    crawl("pypi:tap-alpha")
    assert "unchanged" in crawl("pypi:tap-alpha")


# What a look brings home, and where it may go for it.


def test_look_tells_all_that_the_page_says_of_a_file(fetch, index):
    told = {
        "size": 1234,
        "provenance": "https://index.example.org/provenance",
        "yanked": "It deletes\u202e everything.",
        "requires-python": ">=3.9",
    }
    index.put("tap-alpha", release("tap-alpha", "1.0", **told))
    [evidence] = fetch().evidence
    [file] = evidence.body["files"]
    assert (
        file.items()
        >= {
            "version": "1.0",
            "uploaded_at": "2024-05-06T07:08:09.123456+00:00",
            "requires_python": ">=3.9",
            "size": 1234,
            "provenance": True,
            "yanked": True,
            "yanked_reason": "It deletes everything.",
        }.items()
    )
    assert [finding.code for finding in evidence.findings] == ["bidi"]


def test_look_is_as_fresh_as_the_newest_file(fetch, index):
    index.put(
        "tap-alpha",
        release("tap-alpha", "2.0", **{"upload-time": "2024-01-01T00:00:00Z"}),
        release("tap-alpha", "1.9", **{"upload-time": "2025-01-01T00:00:00Z"}),
    )
    assert fetch().active_at == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("plain", [False, True])
def test_page_without_etag_that_lists_the_same_is_no_news(fetch, index, plain):
    index.put("tap-alpha", release("tap-alpha", "1.0"), plain=plain)
    index.answers["/simple/tap-alpha/"].headers.clear()
    first = fetch()
    index.asked.clear()
    assert fetch(validators=first.validators) is None
    assert index.asked == [("/simple/tap-alpha/", 200)]


def test_page_of_another_etag_that_lists_the_same_is_no_news(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    first = fetch()
    index.answers["/simple/tap-alpha/"].headers["ETag"] = '"another"'
    assert fetch(validators=first.validators) is None


def test_status_alone_is_news(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    first = fetch()
    status = {"status": "archived", "reason": "Use tap-beta."}
    index.put("tap-alpha", release("tap-alpha", "1.0"), status=status)
    body = fetch(validators=first.validators).evidence[0].body
    assert (body["status"], body["status_reason"]) == ("archived", "Use tap-beta.")


@pytest.mark.parametrize("kept", [{}, {"listing": "of old, without descriptions"}])
def test_look_of_an_older_songbook_is_done_again(fetch, index, kept):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    etag = index.answers["/simple/tap-alpha/"].headers["ETag"]
    assert fetch(validators={"etag": etag} | kept) is not None


def test_serial_of_the_page_is_its_revision(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    index.answers["/simple/tap-alpha/"].headers["X-PyPI-Last-Serial"] = "4711"
    assert fetch().revision == "4711"


@pytest.mark.parametrize(
    "row",
    [
        {"filename": 5},
        {"url": None},
        {"url": "http://["},
        {"hashes": 7},
        {"size": "big"},
        {"upload-time": "yesterday"},
        {"provenance": "no address"},
    ],
)
def test_file_described_as_no_file_is_does_not_hide_the_others(fetch, index, row):
    odd = release("tap-alpha", "1.1", **row)
    index.put("tap-alpha", release("tap-alpha", "1.0"), odd)
    [evidence] = fetch().evidence
    assert [file["version"] for file in evidence.body["files"]] == ["1.0"]
    assert len(evidence.findings) == 1


def test_html_status_and_upload_time_are_read(fetch, index):
    page = (
        b'<html><head><meta name="pypi:project-status" content="deprecated">'
        b'<meta name="pypi:project-status-reason" content="Old."></head><body>'
        b'<a href="/x.tar.gz" data-upload-time="2024-01-01T00:00:00Z">'
        b"tap-alpha-1.0.tar.gz</a>"
    )
    index.page("tap-alpha", page, kind="text/html")
    look = fetch()
    body = look.evidence[0].body
    assert (body["status"], body["status_reason"]) == ("deprecated", "Old.")
    assert look.active_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_host_that_asks_to_wait_is_left_alone(fetch, index):
    wait = {"Retry-After": "90"}
    index.answers["/simple/tap-alpha/"] = Answer(429, "text/html", b"", wait)
    with pytest.raises(Throttled) as throttled:
        fetch()
    assert throttled.value.wait == timedelta(seconds=90)


def test_host_that_allows_no_more_requests_is_told(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    left = {"RateLimit-Remaining": "0", "RateLimit-Reset": "30"}
    index.answers["/simple/tap-alpha/"].headers |= left
    assert fetch().wait == timedelta(seconds=30)


def test_archive_that_says_it_is_large_is_not_asked_for(fetch, index):
    big = release("tap-alpha", "1.0", served=False, size=11 * 2**20)
    index.put("tap-alpha", big)
    assert fetch().evidence[0].body["metadata"] is None
    assert index.asked == [("/simple/tap-alpha/", 200)]


@pytest.fixture
def elsewhere():
    """A second host inside, where an index keeps its files."""
    server = Index()
    yield server
    server.close()


def put_elsewhere(index, elsewhere):
    file = release("tap-alpha", "1.0")
    elsewhere.put("unused", file)
    there = elsewhere.url.replace("127.0.0.1", "localhost").replace("/simple/", "")
    file.row["url"] = f"{there}/files/{file.filename}"
    index.put("tap-alpha", file)


def test_files_of_a_configured_index_may_lie_elsewhere_inside(
    fetch, index, elsewhere, settings
):
    settings.CRAWL_ALLOWED_NETWORKS = []
    put_elsewhere(index, elsewhere)
    assert fetch().evidence[0].body["metadata"]["name"] == "tap-alpha"


def test_files_of_any_other_index_may_not(fetch, index, elsewhere, settings):
    settings.CRAWL_ALLOWED_NETWORKS = []
    put_elsewhere(index, elsewhere)
    with pytest.raises(Refused, match="not public"):
        fetch(f"{index.url}tap-alpha/", indexes=Indexes.of(""))
    assert (index.asked, elsewhere.asked) == ([], [])


def test_login_goes_to_the_index_and_to_no_other_host(fetch, index, elsewhere):
    put_elsewhere(index, elsewhere)
    index.put("tap-beta", release("tap-beta", "1.0"))
    indexes = Indexes.of("", [index.url.replace("//", "//ada:s3cr%40t@")])
    looks = [
        fetch(f"{index.url}{name}/", indexes=indexes)
        for name in ("tap-alpha", "tap-beta")
    ]
    # The page of tap-alpha, then the page of tap-beta and the metadata beside its file.
    assert index.logins == ["ada:s3cr@t"] * 3
    assert elsewhere.logins == [""]
    assert "s3cr" not in repr((looks, indexes))


def test_index_that_is_not_configured_is_asked_without_any_login(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    indexes = Indexes.of("", ["http://ada:s3cret@example.org/simple/"])
    fetch(index.url.replace("//", "//bo:other@") + "tap-alpha/", indexes=indexes)
    assert set(index.logins) == {""}


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_refusal_of_a_private_index_tells_no_login(fetch, index, status):
    index.answers["/simple/tap-alpha/"] = Answer(status, "text/html", b"")
    indexes = Indexes.of(index.url.replace("//", "//ada:s3cret@"))
    with pytest.raises(CrawlError) as refused:
        fetch(indexes=indexes)
    assert "s3cret" not in str(refused.value)


# What the probe says of the source itself.


def probed(**body):
    default = {"name": "tap-a", "files": [], "metadata": None}
    return probe_package(default | body)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (
            "https://github.com/Ada-Labs/Tap-A.git",
            ("https://github.com/ada-labs/tap-a",),
        ),
        ("https://www.gitlab.com/a/b/-/x", ("https://gitlab.com/a/b",)),
        ("https://codeberg.org/a/b#readme", ("https://codeberg.org/a/b",)),
        (f"https://github.com/a/{'b' * 500}", ()),
        ("https://example.org/a/b", ()),
    ],
)
def test_package_names_its_repository(url, names):
    assert probed(metadata={"home_page": url}).source.names == names


@pytest.mark.parametrize("word", ["active", "archived", "deprecated", "quarantined"])
def test_package_has_the_status_that_its_index_gives(word):
    source = probed(status=word, status_reason="Why.").source
    assert (source.status, source.status_reason) == (ProjectStatus(word), "Why.")


def test_package_of_no_status_is_active():
    assert probed().source.status is ProjectStatus.ACTIVE


def test_status_of_no_known_word_is_told_and_taken_for_active():
    report = probed(status="haunted")
    assert report.source.status is ProjectStatus.ACTIVE
    assert "status" in {finding.code for finding in report.findings}


def test_index_of_private_packages_is_asked_with_its_credentials_and_tells_none(
    crawl, index, settings
):
    settings.PACKAGE_INDEX_URL = index.url.replace("//", "//user:s3cret@")
    with pytest.raises(CommandError) as refused:
        crawl("pypi:tap-none")
    assert "s3cret" not in str(refused.value)
