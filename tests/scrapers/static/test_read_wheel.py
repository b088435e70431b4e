"""A wheel is read as data: in a process of its own, and not for ever."""

import io
import json
import resource
import time
import zipfile

import pytest

from scrapers.static.wheel import read_wheel

SDK = """
from singer_sdk import Tap
from singer_sdk import typing as th

class TapAlpha(Tap):
    name = "tap-alpha"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True),
    ).to_dict()
"""
# Few bytes for a parser, and a hundred times as many for what it makes of them.
DENSE = "x = [" + "1," * 255_000 + "]\n"


@pytest.fixture
def put(tmp_path):
    def put(kind=zipfile.ZIP_DEFLATED, **files):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", kind) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        path = tmp_path / "tap_alpha-1.0-py3-none-any.whl"
        path.write_bytes(made.getvalue())
        return path

    return put


def used():
    """Return the seconds of processor and the bytes that this process has had."""
    said = resource.getrusage(resource.RUSAGE_SELF)
    return said.ru_utime + said.ru_stime, said.ru_maxrss * 1024


def test_wheel_says_what_its_classes_do(put):
    said = read_wheel(put(**{"tap_alpha/tap.py": SDK, "tap_alpha/data.bin": b"\0"}))
    assert said["framework"] == "singer-sdk"
    assert [one["name"] for one in said["settings"]] == ["api_key"]


def test_text_that_takes_its_parser_everything_takes_a_worker_nothing(put):
    wheel = put(**{f"tap_alpha/m{n:02}.py": DENSE for n in range(16)})
    (cpu_s, peak_bytes), began = used(), time.monotonic()
    assert read_wheel(wheel, cpu_s=3) == {}
    (cpu_after, peak_after) = used()
    assert cpu_after - cpu_s < 2
    assert peak_after - peak_bytes < 50_000_000
    assert time.monotonic() - began < 60


def test_wheel_that_takes_too_much_says_nothing(put, tmp_path):
    # Each list is two of the one before, for as many settings as there may be.
    lists = "a0 = [" + "1," * 100 + "]\n"
    lists += "".join(f"a{n} = [a{n - 1}, a{n - 1}]\n" for n in range(1, 8))
    row = "th.Property('{}', th.ArrayType(th.StringType), default=a7),"
    rows = "".join(row.format(f"p{n}") for n in range(300))
    code = lists + SDK.replace("required=True, secret=True),", f"required=True),{rows}")
    many = {f"tap_alpha/m{n}.py": code for n in range(40)}
    assert read_wheel(put(**many), cpu_s=3) == {}


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_wheel_that_no_installer_unpacks_says_nothing(put, kind):
    assert read_wheel(put(kind, **{"tap_alpha/tap.py": SDK})) == {}


def test_what_is_no_archive_says_nothing(put):
    wheel = put()
    for content in (b"", b"PK\x03\x04 no archive"):
        wheel.write_bytes(content)
        assert read_wheel(wheel) == {}
    wheel.unlink()
    assert read_wheel(wheel) == {}


def test_what_a_wheel_says_is_fit_to_be_kept(put):
    odd = "th.Property('a\\0b', th.NumberType, default=1e999, description='\\ud800'),"
    code = SDK.replace(").to_dict()", f"{odd}\n    ).to_dict()")
    said = json.dumps(read_wheel(put(**{"tap_alpha/tap.py": code})), allow_nan=False)
    assert "api_key" in said
    assert "\\u0000" not in said and "\\ud800" not in said
