"""What the small connectors of the tests share: options, --about, and reading a config.

FAULTS in the environment names what they do wrong.
"""

# ruff: noqa: T201  what they print is what they do

import argparse
import json
import os
import sys
from pathlib import Path

FAULTS = set(os.environ.get("FAULTS", "").split())
TYPES = {"string": str, "integer": int, "boolean": bool}


class Refused(Exception):
    """What can't be taken."""


def run(name, main, **parts):
    """Answer the options that every connector has, else leave the rest to `main`."""
    try:
        options = parsed(*parts["options"])
        if options.version:
            return sys.exit(2) if "no-version" in FAULTS else print(f"{name} 1.0")
        if options.about:
            return about(name, parts["settings"], parts["capabilities"])
        return main(options, read_config(options.config, parts["settings"]))
    except Refused as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(1)


def parsed(*own):
    """Return the options, of which `own` are flags of one connector."""
    if "help" in FAULTS and "--help" in sys.argv:
        sys.exit(3)
    parser = argparse.ArgumentParser()
    for option in ("--config", "--catalog", "--state", "--format"):
        parser.add_argument(option)
    for option in ("--version", "--about", *own):
        parser.add_argument(option, action="store_true")
    if "any-option" in FAULTS:
        return parser.parse_known_args()[0]
    return parser.parse_args()


def about(name, settings, capabilities):
    said = {**settings, "type": 7} if "settings-schema" in FAULTS else settings
    told = {"name": name, "capabilities": capabilities, "settings": said}
    if "about" in FAULTS:
        del told["name"]
    print(json.dumps(told))


def read_config(path, settings):
    if path is None:
        if "traceback" in FAULTS:
            raise RuntimeError("config")
        stop("no-config", "--config is missing")
        return {}
    try:
        config = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        if "traceback" in FAULTS:
            raise RuntimeError("config") from None
        stop("bad-config", f"{path}: {error}")
        return {}
    check(config, settings)
    if "leak" in FAULTS:
        print("using", config.get("api_token"), file=sys.stderr)
    return config


def check(config, settings):
    for name in settings["required"]:
        if name not in config:
            stop("required", "one is missing" if "unnamed" in FAULTS else f"no {name}")
    for name, value in config.items():
        known = settings["properties"].get(name, {}).get("type", [])
        words = [known] if isinstance(known, str) else known
        if words and not any(isinstance(value, TYPES.get(w, ())) for w in words):
            stop("wrong-type", f"{name} is of a wrong type")


def stop(fault, message):
    if not {fault, "careless"} & FAULTS:
        raise Refused(message)
