"""What is printed, kept and answered."""

import json
from zipfile import ZipFile

import pytest

from benchmarks.corpus.explaining import Explanation
from benchmarks.corpus.reporting import compare, print_shares, told, trace
from benchmarks.corpus.shares import true_of
from benchmarks.corpus.tries import kept, text_of
from tests.benchmarks.corpus.made import CODE, answering, reading, trying
from tests.scrapers.probes.invocation.records import failed, record

FAILING = trying(record(failed("resolve", "No solution found when resolving")))
ROW = {
    "observed": {"version": "1.2.3", "about_ok": False},
    "declared_upstream": {"capabilities": [], "settings": []},
}
REASON = Explanation(
    because="It has learnt it.", specs=("tap-a",), fields=("about_ok",),
    what=("no → yes",),
)  # fmt: skip
OTHER = Explanation(because="No.", specs=("tap-b",), fields=(), what=())


def test_a_package_is_told_by_its_answers_and_why_there_are_none(capsys):
    tries = [answering(python="3.13"), FAILING]

    assert told(tries) == tries
    printed = capsys.readouterr().out
    assert "3.13 ++++++" in printed and "3.12 -?????" in printed
    assert "3.12: installs: What it depends on contradicts itself" in printed


def test_of_several_tries_what_is_true_of_any_is():
    rows = true_of([FAILING, reading(), answering()])

    assert {"installs", "about", "discovers", "settings observed"} <= rows
    assert not rows & {"settings static", "settings not known", "needs a compiler"}
    assert "settings static" in true_of([FAILING, reading()])
    assert "settings not known" in true_of([FAILING]) & true_of([])


def test_the_table_has_shares_on_the_first_python_and_on_any(capsys):
    tries = {
        "tap-a": [FAILING, answering(python="3.11")],
        "tap-b": [answering(python="3.12")],
    }
    print_shares(tries, {"corpus": ["tap-a"], "seed list": ["tap-b", "tap-c"]}, "3.12")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    installs = next(line[1:] for line in lines if line[:1] == ["installs"])
    assert installs == ["0/1", "0%", "1/1", "100%", "1/1", "100%", "1/1", "100%",
                        "1/2", "50%", "2/2", "100%"]  # fmt: skip


@pytest.mark.parametrize(("reasons", "is_whole", "is_right"), [
    ([], False, False),
    ([REASON], True, True),
    ([REASON, OTHER], False, True),
    ([REASON, OTHER], True, False),
])  # fmt: skip
def test_all_is_explained_and_nothing_else(capsys, reasons, is_whole, is_right):
    tries = {"tap-a": [answering(python="3.11")]}

    assert compare({"tap-a": ROW}, tries, reasons, is_whole=is_whole) is is_right
    assert "tap-a: about_ok: no → yes" in capsys.readouterr().out


def test_a_claim_without_evidence_is_printed(capsys):
    without = reading()
    claiming = trying(without.record, source="")

    assert trace({"tap-a": [without]})
    assert not trace({"tap-a": [without, claiming]})
    assert "claims what it does not show: setting token" in capsys.readouterr().out


def test_what_was_kept_is_judged_again(tmp_path):
    one = reading(python="3.11")
    said = {"spec": "tap-a", "python": "3.11", "record": one.record,
            "source": CODE, "seconds": 2.0}  # fmt: skip
    (tmp_path / "tap-a@3.11.json").write_text(json.dumps(said), encoding="utf-8")

    found = list(kept(["tap-a", "tap-b"], ["3.12", "3.11"], tmp_path))

    assert [[tried.facts for tried in of] for of in found] == [[one.facts], []]


def test_a_wheel_s_text_is_its_code_and_schemas_with_their_names(tmp_path):
    wheel = tmp_path / "tap_a-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("tap_a/schemas/things.json", '{"properties": {}}')
        archive.writestr("tap_a/main.py", b"caf\xe9 = 1")
        archive.writestr("tap_a/logo.png", b"picture")

    text = text_of(wheel)

    assert "tap_a/schemas/things.json" in text and "caf\ufffd = 1" in text
    assert "picture" not in text


def test_what_is_no_wheel_has_no_text(tmp_path):
    (tmp_path / "broken.whl").write_bytes(b"PK")

    assert text_of(tmp_path / "broken.whl") == ""
