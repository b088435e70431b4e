"""What the driver is asked to do: one process each, or the same one more than once."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MIB = 1 << 20
# A connector that is built with the SDK starts in a second; loading a large fixture takes
# ten. What takes longer is stopped, and says nothing.
CASE_S = 30.0
# What is wrong with a config is seen before the work begins.
REFUSAL_S = 15.0
# A case's file with the config, as the connector sees it.
CONFIG = "config.json"
CONFIG_ARGS = ("--config", "{control}/config.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A run to be recorded. In `args`, `stdin` and `files`, {work} and {control} are folders.

    `{work}` is where it begins and may write; `files` lie in `{control}`. `about` names
    what it is for: the fixture on stdin, or the stream that is left out. With
    `kill_when_heard`, stdin stays open, and it is killed as soon as it has said a line.
    """

    name: str
    args: tuple[str, ...] = ()
    about: str = ""
    stdin: bytes = b""
    config: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    seconds: float = CASE_S
    output_limit: int = 16 * MIB
    times: int = 1
    kill_when_heard: bool = False
    read_back: bool = False

    def as_json(self, command: tuple[str, ...]) -> dict[str, Any]:
        """Return what the driver reads."""
        files = dict(self.files)
        if self.config is not None:
            files[CONFIG] = self.config.encode()
        return {
            "name": self.name,
            "args": [*command, *self.args],
            "stdin": b64encode(self.stdin).decode(),
            "files": {name: b64encode(c).decode() for name, c in files.items()},
            "seconds": self.seconds,
            "output_limit": self.output_limit,
            "times": self.times,
            "kill_when_heard": self.kill_when_heard,
            "read_back": self.read_back,
        }


def configured(name: str, config: Mapping[str, Any], *args: str, **more: Any) -> Case:
    """Return a case with a config file and the option that names it."""
    return Case(
        name=name, args=(*CONFIG_ARGS, *args), config=json.dumps(config), **more
    )
