"""Recordings that are kept are, unpacked, what they were."""

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.probes.conformance import judge, storing
from scrapers.probes.conformance.recording import (
    Ending,
    Kind,
    Output,
    RecordedRun,
    Recording,
    Table,
)
from scrapers.probes.conformance.storing import NoRecording, packed, unpacked

SCALARS = st.none() | st.booleans() | st.integers() | st.text()
OBJECTS = st.dictionaries(
    st.text(), SCALARS | st.lists(SCALARS, max_size=2), max_size=3
)
TEXTS = st.lists(st.text(), max_size=3).map(tuple)
TABLES = st.builds(
    Table,
    name=st.text(),
    format=st.sampled_from(["csv", "sqlite"]),
    rows=st.lists(OBJECTS, max_size=3).map(tuple),
)
OUTPUTS = st.builds(
    Output,
    files=TEXTS,
    escaped=TEXTS,
    leaks=TEXTS,
    tables=st.lists(TABLES, max_size=2).map(tuple),
    unread=st.text(),
)
RUNS = st.builds(
    RecordedRun,
    name=st.text(),
    args=TEXTS,
    config=st.text(),
    stdin=st.text(),
    ending=st.sampled_from(Ending),
    exit_code=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 64),
    stdout=st.binary(),
    stderr=st.binary(),
    seconds=st.floats(0, 1e6),
    output=OUTPUTS,
)
RECORDINGS = st.builds(
    Recording,
    kind=st.sampled_from(Kind),
    runs=st.dictionaries(st.text(), RUNS, max_size=3),
    missing=st.dictionaries(st.text(), st.text(), max_size=2),
    about=st.none() | OBJECTS,
    static=OBJECTS,
    secrets=TEXTS,
    is_synthetic=st.booleans(),
    catalog=st.none() | OBJECTS,
    state=st.none() | OBJECTS,
)


@settings(max_examples=30)
@given(recording=RECORDINGS, head=OBJECTS)
def test_what_is_unpacked_is_what_was_packed(recording, head):
    assert unpacked(packed(recording, head)) == (recording, head)


def test_what_is_said_again_and_again_takes_little():
    run = RecordedRun(name="sync", stdout=b'{"type": "RECORD"}\n' * 1_000)
    recording = Recording(kind=Kind.TAP, runs={"sync": run})
    assert len(packed(recording, {})) < len(run.stdout) / 20
    again, _ = unpacked(packed(recording, {}))
    assert judge(again) == judge(recording)


@given(st.binary() | st.binary().map(zlib.compress))
def test_other_bytes_are_no_recording(content):
    with pytest.raises(NoRecording):
        unpacked(content)


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"recording": {}, "head": {}},
        {"recording": {"kind": "lamp", "runs": {}, "secrets": []}, "head": {}},
        {"recording": {"kind": "tap", "runs": [1], "secrets": []}, "head": {}},
        {"recording": {"kind": "tap", "runs": {"sync": {}}, "secrets": []}, "head": {}},
        {"recording": {"kind": "tap", "runs": {}, "secrets": [], "x": 1}, "head": {}},
    ],
)
def test_json_of_another_shape_is_no_recording(said):
    with pytest.raises(NoRecording):
        unpacked(zlib.compress(json.dumps(said).encode()))


def test_what_unpacks_to_too_much_is_not_read(monkeypatch):
    content = packed(Recording(kind=Kind.TAP, missing={"sync": " " * 5_000}), {})
    monkeypatch.setattr(storing, "UNPACKED_BYTES", 5_000)
    with pytest.raises(NoRecording, match="more than a recording"):
        unpacked(content)
