"""What a connector's files say without being run."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tried import Basis
from scrapers.probes.invocation import probe_record
from scrapers.static import read_source

CLASSIC = """
import json
import singer

REQUIRED_CONFIG_KEYS = ["client_id", "client_secret", "start_date"]


def main():
    args = singer.utils.parse_args(REQUIRED_CONFIG_KEYS)
    config = args.config
    size = config.get("page_size", 100)
    is_sandbox = config.get("sandbox", False)
    timeout = config.pop("timeout", 300)
    agent = args.config["user_agent"]
    quote = self.connection_config.get("quotechar", "'")
    key = endpoint_config.get("data_key")
    config["written"] = 1
    other = {}
    other["not_a_setting"]
    if args.discover:
        print(json.dumps(discover()))
    elif args.catalog:
        sync(args.catalog, args.state)
"""
SCHEMA = '{"type": "object", "properties": {"id": {"type": "integer"}}}'
SDK = """
from singer_sdk import Tap, Stream
from singer_sdk import typing as th


class Things(Stream):
    name = "things"
    primary_keys = ("id",)
    replication_key = "updated_at"


class TapAlpha(Tap):
    name = "tap-alpha"
    config_jsonschema = th.PropertiesList(
        th.Property("token", th.StringType, required=True, secret=True, title="Token"),
        th.Property("mode", th.StringType, allowed_values=["a", "b"], default="a"),
    ).to_dict()
"""


def classic(**files):
    return read_source({"tap_alpha/__init__.py": CLASSIC, **files})


def names(static):
    return [one["name"] for one in static["settings"]]


def test_a_classic_tap_can_do_what_its_code_reads_of_its_arguments():
    static = classic()

    assert static["framework"] == "singer-python"
    assert static["capabilities"] == ["catalog", "discover", "state"]


def test_a_classic_tap_s_settings_are_demanded_or_read():
    settings = {one["name"]: one for one in classic()["settings"]}

    assert settings == {
        "client_id": {"name": "client_id", "required": True},
        "client_secret": {
            "name": "client_secret", "required": True, "kind": "password",
            "sensitive": True,
        },
        "start_date": {"name": "start_date", "required": True, "kind": "date_iso8601"},
        "page_size": {
            "name": "page_size", "required": False, "kind": "integer", "value": 100,
        },
        "sandbox": {
            "name": "sandbox", "required": False, "kind": "boolean", "value": False,
        },
        "timeout": {
            "name": "timeout", "required": False, "kind": "integer", "value": 300,
        },
        "user_agent": {"name": "user_agent", "required": False},
        "quotechar": {"name": "quotechar", "required": False, "value": "'"},
    }  # fmt: skip


def test_a_key_of_a_classic_tap_is_secret_as_a_declared_setting_is():
    code = """
def main(config):
    config["pwd"], config["apiKey"], config["account_key"], config.get("max_tokens", 5)
    config["next_page_token"]
"""
    secret = {
        one["name"]
        for one in read_source({"tap_alpha/__init__.py": code})["settings"]
        if one.get("sensitive")
    }
    assert secret == {"pwd", "apiKey", "account_key"}


def test_a_classic_tap_s_schemas_are_its_streams():
    static = classic(**{
        "tap_alpha/schemas/things.json": SCHEMA,
        "tap_alpha/schemas/shared/part.json": SCHEMA,
        "tap_alpha/schemas/broken.json": "{",
        "tap_alpha/schemas/list.json": "[]",
    })  # fmt: skip

    assert static["streams"] == [
        {"tap_stream_id": "things", "stream": "things", "schema": json.loads(SCHEMA)}
    ]


def test_an_sdk_tap_s_classes_tell():
    static = read_source({"tap_alpha/tap.py": SDK})

    assert static["framework"] == "singer-sdk"
    assert static["settings"] == [
        {"name": "token", "required": True, "kind": "password", "label": "Token",
         "sensitive": True},
        {"name": "mode", "required": False, "kind": "options", "options": ["a", "b"],
         "value": "a"},
    ]  # fmt: skip
    assert static["streams"] == [
        {"tap_stream_id": "things", "stream": "things", "key_properties": ["id"],
         "replication_key": "updated_at"},
    ]  # fmt: skip
    assert {"catalog", "discover", "state"} < set(static["capabilities"])


@pytest.mark.parametrize("source", [SDK, CLASSIC])
def test_what_is_read_is_a_record_s_static(source):
    static = read_source({"tap_alpha/tap.py": source})
    tried = probe_record({"name": "tap-alpha", "static": static})

    assert [one.name for one in tried.settings.value] == names(static)
    assert tried.settings.basis is tried.capabilities.basis is Basis.STATIC
    assert tried.required_groups.value[0]


def test_a_program_that_only_borrows_from_the_sdk_is_read_like_a_classic_one():
    borrowing = CLASSIC.replace("import singer\n", "import singer\nimport singer_sdk\n")
    static = read_source({"tap_alpha/__init__.py": borrowing})

    assert static["framework"] == "singer-sdk"
    assert static["capabilities"] == ["catalog", "discover", "state"]
    assert names(static) == names(classic())


def test_what_the_code_does_not_tell_is_left_out():
    assert read_source({"tap_alpha/__init__.py": "VERSION = 1"}) == {"framework": ""}


@pytest.mark.parametrize("path", [
    "tests/test_tap.py", "tap_alpha/tests/a.py", "tap_alpha/test_it.py", "README.md",
])  # fmt: skip
def test_files_that_are_not_the_connector_s_own_are_passed_over(path):
    assert read_source({path: CLASSIC}) == {"framework": ""}


@pytest.mark.parametrize("text", [
    "def broken(:\n", "\0", "(" * 5000, "x" * 1_000_000, "import singer\n\ud800",
])  # fmt: skip
def test_a_bad_file_takes_nothing_from_the_others(text):
    assert names(classic(**{"tap_alpha/bad.py": text})) == names(classic())


@given(st.dictionaries(st.text() | st.just("a/tap.py") | st.just("a/schemas/x.json"),
                       st.text() | st.text().map(lambda text: f"import singer\n{text}"),
                       max_size=3))  # fmt: skip
def test_any_files_can_be_read(files):
    static = read_source(files)

    assert json.dumps(static) and static == read_source(files)
