"""What code calls a config may be a part of one, whose keys are no settings."""

import pytest

from scrapers.static import read_source

HANDED_ON = """
def where(stream, config):
    return config["folder"] + stream

def write(destination, config, stream):
    return where(stream, config=config)

def main(config):
    write(config["destination"], config=config[config["destination"]], stream="a")
"""
BY_PLACE = """
def connect(config):
    return config["bucket"]

class Target:
    def open(self, stream, config):
        return config["prefix"]

    def main(self):
        connect(self.config.get("s3"))
        self.open("a", self.config["s3"])
"""
RENAMED = """
def main(args):
    config = args.config
    url = config["api_url"]
    config = config["auth"]
    return config["user"]
"""
WHOLE_AS_WELL = """
def connect(config):
    return config["host"]

def main(config):
    connect(config)
    connect(config["replica"])
"""

DEEPER = """
def main(config):
    return config["auth"]["user"], config.get("page", {})["size"]
"""
IN_TURN = """
def main(config):
    for config in config["tables"]:
        print(config["name"])
"""
HELD = """
class Client:
    def __init__(self, config):
        self.config = config["client"]

    def key(self):
        return self.config["secret_key"]
"""


@pytest.mark.parametrize(("code", "names"), [
    (HANDED_ON, ["destination"]),
    (BY_PLACE, ["s3"]),
    (RENAMED, ["api_url", "auth"]),
    (WHOLE_AS_WELL, ["host", "replica"]),
    (DEEPER, ["auth", "page"]),
    (IN_TURN, ["tables"]),
    (HELD, ["client"]),
])  # fmt: skip
def test_keys_of_a_part_are_no_settings(code, names):
    read = read_source({"target_x/__init__.py": code}).get("settings", [])

    assert sorted(one["name"] for one in read) == names
