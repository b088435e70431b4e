"""Packages that are made to break whoever tries them: each has a record, and says why."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.allowance import Allowance, Share
from sandbox.index import Unavailable
from sandbox.providing import current_lock
from sandbox.records import LAYOUT
from sandbox.sources import SourceTree
from sandbox.trying import Trial
from scrapers.static.wheel import read_wheel
from scrapers.trying import answer_run, try_spec
from tests.sandbox.connectors import sdist_of, wheel_of
from tests.sandbox.test_archives import KINDS, garbled, packed
from tests.scrapers.packages import Answer, Distribution, metadata_of

FILENAME = "tap_alpha-1.0-py3-none-any.whl"
INFO = "tap_alpha-1.0.dist-info"
PLENTY = 10**9


@pytest.fixture
def attempt(workshop, python):
    """Try a release as workers do, and return its record."""

    def attempt(spec, *, shop=workshop):
        trial = Trial(
            workshop=shop,
            config_for=lambda *_: None,
            discover=True,
            read_static=read_wheel,
        )
        return trial.of(spec, python=python)

    return attempt


def last(record):
    """Return the name of a record's last step, and what that said."""
    return record["steps"][-1]["name"], record["steps"][-1]["stderr"]


def little(*, pages=100, file_bytes=PLENTY):
    return lambda: Allowance(
        pages=Share("pages", pages, PLENTY), files=Share("files", 100, file_bytes)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("member", ["tap_alpha.py", f"{INFO}/METADATA"])
def test_wheel_with_a_garbled_member_is_not_installed(index, attempt, kind, member):
    content = garbled(packed(KINDS[kind]), member)
    # The index gives the metadata, so that the wheel itself is the last to be looked at.
    index.put(
        "tap-alpha", Distribution(FILENAME, content, metadata_of("tap-alpha", "1.0"))
    )
    record = attempt("tap-alpha")
    name, said = last(record)
    assert name == "install"
    assert FILENAME in said
    assert record["executables"] == []


@pytest.mark.parametrize(
    "member",
    [
        "tap_alpha-1.0.data/data/bin",
        "tap_alpha-1.0.data/scripts/python/x",
        "tap_alpha-1.0.data/data/bin/tap-alpha/x",
        "tap_alpha-1.0.data/data/lib",
        "odd.dist-info",
        "odd.dist-info/METADATA",
    ],
)
def test_wheel_with_something_else_where_an_environment_has_its_own(
    index, attempt, member
):
    index.put("tap-alpha", wheel_of("tap-alpha", more={member: "x"}))
    assert last(attempt("tap-alpha"))[0] in {"install", "discover", "bad-config"}


def test_wheel_with_a_file_where_byte_code_would_be_runs_all_the_same(index, attempt):
    more = {"package/__init__.py": "x = 1", "package/__pycache__": "x"}
    index.put("tap-alpha", wheel_of("tap-alpha", more=more))
    steps = {step["name"]: step for step in attempt("tap-alpha")["steps"]}
    assert steps["help"]["exit_code"] == 0


def test_files_of_a_lock_have_a_length_together(index, attempt, workshop):
    needed = [f"lib-{n}" for n in range(4)]
    for name in needed:
        index.put(name, wheel_of(name, more={"big": "x" * 99}))
    index.put("tap-alpha", wheel_of("tap-alpha", Requires_Dist=needed))
    shop = replace(workshop, allowance=little(file_bytes=3_000))
    name, said = last(attempt("tap-alpha", shop=shop))
    assert name == "download"
    assert "more than 3,000 bytes of files: too large to be tried here" in said


def test_files_that_are_said_to_be_too_long_are_not_fetched(index, attempt, workshop):
    wheel = wheel_of("tap-alpha")
    wheel.row = {"size": 2_000_000_000}
    index.put("tap-alpha", wheel)
    shop = replace(workshop, allowance=little())
    name, said = last(attempt("tap-alpha", shop=shop))
    assert (name, "too large to be tried here" in said) == ("download", True)
    assert not [path for path, _ in index.asked if path.endswith(".whl")]


def test_what_a_lock_unpacks_to_has_a_length_together(index, attempt, workshop):
    index.put("lib-b", wheel_of("lib-b", more={"big": "x" * 60_000}))
    more = {"big": "x" * 60_000}
    wheel = wheel_of("tap-alpha", more=more, Requires_Dist="lib-b")
    index.put("tap-alpha", wheel)
    small = replace(workshop, unpacked_bytes=100_000)
    name, said = last(attempt("tap-alpha", shop=small))
    assert (name, "too large to be tried here" in said) == ("install", True)
    enough = replace(workshop, unpacked_bytes=200_000)
    assert last(attempt("tap-alpha", shop=enough))[0] == "bad-config"


ASKS = """
import http.client
for n in range(9):
    line = http.client.HTTPConnection("127.0.0.1", 8118)
    line.request("GET", f"/simple/lib-{n}/")
    said = line.getresponse().status
sys.exit(f"the last answer was {said}") if said != 404 else None
"""


def test_build_that_asks_for_too_much_is_its_own_fault(index, attempt, workshop):
    index.put(
        "tap-alpha", sdist_of("tap-alpha", version="3.1", prepare="import sys" + ASKS)
    )
    shop = replace(workshop, allowance=little(pages=5))
    name, said = last(attempt("tap-alpha", shop=shop))
    assert name == "build"
    assert "more than 5 pages: too large to be tried here" in said


def test_build_that_asks_for_what_is_not_there_is_let_be(index, attempt, workshop):
    index.put(
        "tap-alpha", sdist_of("tap-alpha", version="3.2", prepare="import sys" + ASKS)
    )
    shop = replace(workshop, allowance=little(pages=20))
    assert last(attempt("tap-alpha", shop=shop))[0] == "bad-config"


def test_full_disk_is_no_fault_of_a_release(index, attempt, workshop, index_server):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    workshop.index._spare_bytes = 10**18
    with pytest.raises(Unavailable, match="disk is nearly full"):
        attempt("tap-alpha")


DEEP = """
import sys

def main():
    if "--about" in sys.argv:
        print('{"settings":' + '{"properties":{"a":' * 4000 + "1" + "}}" * 4000 + "}")
"""
ODD = """
import sys

def main():
    if "--about" in sys.argv:
        print('{"name": "tap-alpha", "settings": {"type": "object", "required": ["a"], '
              '"properties": {"a": {"type": "number", "default": 1e999}, '
              '"b\\\\u0000": {"type": "string", "default": "\\\\ud800"}}}}')
"""


@pytest.mark.parametrize("code", [DEEP, ODD])
def test_record_of_whatever_is_printed_can_be_kept(songbook, python, code):
    songbook.put("tap-alpha", wheel_of("tap-alpha", code))
    record = try_spec("tap-alpha", python=python, is_tap=True)
    assert json.dumps(record, allow_nan=False)
    # What PostgreSQL does not keep.
    assert not [text for text in texts_of(record) if re.search("[\0\ud800]", text)]
    assert record["steps"][-1]["name"] in {"bad-config", "discover-config"}


def texts_of(value):
    """Yield each text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        for one in inner:
            yield from texts_of(one)


def question_of(python):
    return {
        "source": "package", "address": "tap-alpha", "version": "1.0", "lock": "",
        "python": python, "patch": 0, "layout": LAYOUT, "rescue": "", "kind": "run",
    }  # fmt: skip


def test_room_is_made_before_a_try(songbook, python, settings):
    songbook.put("tap-alpha", wheel_of("tap-alpha"))
    state = Path(settings.SANDBOX_STATE)
    left = state / "index" / "files" / "aa" / ("a" * 64) / "tap_old.whl"
    left.parent.mkdir(parents=True)
    left.write_bytes(os.urandom(3_000_000))
    settings.SANDBOX_STATE_GB = 1000
    assert answer_run(question_of(python))["name"] == "tap-alpha"
    assert left.exists()
    settings.SANDBOX_STATE_GB = 0
    assert answer_run(question_of(python))["name"] == "tap-alpha"
    assert not left.exists()


def test_page_that_has_become_none_is_asked_about_again(
    index, attempt, workshop, python
):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    attempt("tap-alpha")
    kind = "application/vnd.pypi.simple.v1+json"
    index.answers["/simple/tap-alpha/"] = Answer(200, kind, b"none")
    workshop.index._page_life_s = 0
    assert current_lock("tap-alpha", python=python, workshop=workshop) is None
    assert last(attempt("tap-alpha"))[0] == "resolve"


def test_tag_with_more_digits_than_python_reads_is_no_version():
    tree = SourceTree(
        archive=Path("x.tar"), sha256="0" * 64, commit="a" * 40, version="1" * 5000
    )
    assert set(tree.environment.values()) == {"0.dev0+gaaaaaaaaaaaa"}
