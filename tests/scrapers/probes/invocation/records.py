"""Records as the sandbox writes them, with only what a test is about spelt out."""

import json
from pathlib import Path

ABOUT = json.loads((Path(__file__).parent / "about.json").read_text(encoding="utf-8"))
CATALOG = {
    "streams": [
        {
            "tap_stream_id": "things",
            "stream": "things",
            "key_properties": ["id"],
            "replication_key": "updated_at",
            "replication_method": "INCREMENTAL",
            "schema": {
                "type": "object",
                "properties": {
                    "id": {"type": ["integer", "null"]},
                    "updated_at": {"type": ["string", "null"], "format": "date-time"},
                },
            },
        }
    ]
}
HELP = "Usage: tap-alpha\n  --config TEXT\n  --discover\n  --catalog FILE\n  --state FILE\n"


def step(name, *, args=(), stdout="", stderr="", **said):
    return {
        "name": name,
        "args": list(args),
        "config": None,
        "ending": "exited",
        "exit_code": 0,
        "signal": None,
        "stdout": stdout,
        "stdout_bytes": len(stdout),
        "stderr": stderr,
        "stderr_bytes": len(stderr),
        "seconds": 0.31,
        "cpu_seconds": 0.2,
        "peak_bytes": 0,
    } | said


def failed(name, stderr="", **said):
    return step(name, stderr=stderr, **{"exit_code": 1} | said)


def installed(*steps):
    return [step("resolve"), step("install"), step("import"), *steps]


def record(*steps, **said):
    return {
        "layout": 1,
        "spec": "tap-alpha==1.2.3",
        "name": "tap-alpha",
        "version": "1.2.3",
        "python": "3.12",
        "interpreter": "3.12.1",
        "platform": "linux-x86_64-glibc2.36",
        "level": "bubblewrap",
        "rescue": "",
        "steps": list(steps),
        "packages": [],
        "lock": "0" * 64,
        "executables": ["tap-alpha"],
        "metadata": {"requires_python": ">=3.9", "license": "MIT"},
        "static": {},
    } | said


def about(**said):
    return step(
        "about", args=["--about", "--format=json"], stdout=json.dumps(ABOUT | said)
    )


def about_settings(**schema):
    return about(settings={"type": "object", **schema})


def discover(stdout=None, **said):
    text = json.dumps(CATALOG) if stdout is None else stdout
    return step("discover", args=["--discover"], stdout=text, **said)


def helped(stdout=HELP):
    return step("help", args=["--help"], stdout=stdout)


def codes(tried):
    return [finding.code for finding in tried.findings]


def messages(tried):
    return "\n".join(finding.message for finding in tried.findings)
