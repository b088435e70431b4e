"""Records made up from a schema, so that any catalog can be fed to any target.

The same schema and seed always give the same records. They fit their schema as far as it
speaks of types, ranges, lengths, formats and choices; patterns are not followed.
"""

import json
import math
import random
import string
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapers.probes.conformance.catalogs import keys_of, name_of, streams_of
from scrapers.probes.conformance.schemas import properties_of

type Json = Any
type Schema = Mapping[str, Any]

RECORDS = 10
# Where a schema nests into itself, what lies deeper is left out.
DEPTH_LIMIT = 8
FIRST_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)
LETTERS = string.ascii_letters + "äßéøżİ日本語 -_'\"\\,;\t🎵"
TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
NULLS = 0.2
# Lengths and ranges where a schema gives none.
LENGTH, ITEMS, RANGE = 12, 3, 1_000_000


def replay(catalog: Mapping[str, Any], *, seed: int = 0, count: int = RECORDS) -> bytes:
    """Return messages for every stream of a catalog: SCHEMA, RECORDs, and a STATE.

    Each stream is told by its bookmark how many of its records came before.
    """
    lines, bookmarks = [], {}
    for stream in streams_of(catalog):
        name, schema = name_of(stream), stream.get("schema", {})
        head = {"schema": schema, "key_properties": list(keys_of(stream))}
        lines.append({"type": "SCHEMA", "stream": name, **head})
        made = records_of(schema, keys_of(stream), seed=seed, count=count)
        lines += [{"type": "RECORD", "stream": name, "record": row} for row in made]
        bookmarks[name] = {"sent": count}
        lines.append({"type": "STATE", "value": {"bookmarks": dict(bookmarks)}})
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def records_of(
    schema: Schema, keys: tuple[str, ...] = (), *, seed: int = 0, count: int = RECORDS
) -> tuple[dict[str, Json], ...]:
    """Return records that fit a schema, with keys that are there and differ if they can."""
    maker = _Maker(schema, random.Random(f"{seed} {json.dumps(schema)}"))  # noqa: S311
    return tuple(maker.record(number, keys) for number in range(1, count + 1))


class _Maker:
    """Values for the nodes of one schema, out of one sequence of random numbers."""

    def __init__(self, schema: Schema, chance: random.Random) -> None:
        self.schema, self.chance = schema, chance

    def record(self, number: int, keys: tuple[str, ...]) -> dict[str, Json]:
        """Return one record; the `number` makes its keys differ from others'."""
        made = self.object(self.schema, 0)
        for key in keys:
            node = self.whole(properties_of(self.schema).get(key, {}))
            made[key] = self.key(node, number)
        return made

    def key(self, node: Schema, number: int) -> Json:
        """Return a value that is not null, and where its type is free, the number's own."""
        kinds = [kind for kind in _kinds(node) if kind != "null"]
        is_free = not node.keys() & {
            "enum",
            "const",
            "maximum",
            "maxLength",
            "multipleOf",
        }
        least = max(node.get("minimum", 0), node.get("exclusiveMinimum", -1) + 1)
        if is_free and kinds[:1] in (["integer"], ["number"]):
            return math.ceil(least) + number
        if is_free and kinds[:1] == ["string"] and "format" not in node:
            return f"key-{number:0{max(node.get('minLength', 0), 4)}}"
        return self.value({**node, "type": kinds or ["string"]}, 0)

    def value(self, node: Any, depth: int) -> Json:
        """Return a value for a node of the schema."""
        known = self.whole(node)
        for word in ("const", "default"):
            if word in known and (word == "const" or depth > DEPTH_LIMIT):
                return known[word]
        if known.get("enum"):
            return self.chance.choice(known["enum"])
        kinds = _kinds(known)
        if "null" in kinds and (depth > DEPTH_LIMIT or self.chance.random() < NULLS):
            return None
        kind = self.chance.choice([k for k in kinds if k != "null"] or ["null"])
        make: Mapping[str, Callable[[Schema, int], Json]] = {
            "object": self.object,
            "array": self.array,
            "string": self.text,
            "integer": self.integer,
            "number": self.number,
            "boolean": lambda _node, _depth: self.chance.random() < 1 / 2,
            "null": lambda _node, _depth: None,
        }
        return make[kind](known, depth)

    def whole(self, node: Any) -> Schema:
        """Return a node with its reference, its allOf and one of its choices laid over it."""
        known = dict(node) if isinstance(node, Mapping) else {}
        for _ in range(DEPTH_LIMIT):
            laid = self.laid_over(known)
            if laid is None:
                break
            known = laid
        return known

    def laid_over(self, known: dict[str, Any]) -> dict[str, Any] | None:
        """Return a node with one of its indirections resolved, None where it has none."""
        rest = {k: v for k, v in known.items() if k not in INDIRECT}
        if isinstance(known.get("$ref"), str):
            return {**rest, **_at(self.schema, known["$ref"])}
        for word in ("anyOf", "oneOf"):
            if known.get(word):
                rest |= {k: v for k, v in known.items() if k in INDIRECT and k != word}
                return {**rest, **_mapping(self.chance.choice(known[word]))}
        if known.get("allOf"):
            for part in known["allOf"]:
                rest = _merged(rest, _mapping(part))
            return rest
        return None

    def object(self, node: Schema, depth: int) -> dict[str, Json]:
        """Return an object; of what is not required, some is left out."""
        required = node.get("required", [])
        chosen = [
            name
            for name in properties_of(node)
            if name in required
            or (depth <= DEPTH_LIMIT and self.chance.random() > NULLS)
        ]
        made = {n: self.value(properties_of(node)[n], depth + 1) for n in chosen}
        return {**{name: "x" for name in required if name not in made}, **made}

    def array(self, node: Schema, depth: int) -> list[Json]:
        """Return an array between its least and most items."""
        least = node.get("minItems", 0)
        most = min(node.get("maxItems", least + ITEMS), least + ITEMS)
        most = least if depth > DEPTH_LIMIT else most
        items = node.get("items", {})
        count = self.chance.randint(least, max(least, most))
        return [self.value(items, depth + 1) for _ in range(count)]

    def text(self, node: Schema, _depth: int) -> str:
        """Return a text of its format or between its least and greatest length."""
        if made := self.formatted(str(node.get("format"))):
            return made
        least = node.get("minLength", 0)
        most = max(least, min(node.get("maxLength", least + LENGTH), least + LENGTH))
        length = self.chance.randint(least, most)
        return "".join(self.chance.choices(LETTERS, k=length))

    def formatted(self, word: str) -> str:
        """Return a text of a format, empty for one that is not known."""
        moment = FIRST_MOMENT + timedelta(seconds=self.chance.randrange(10**8))
        number = self.chance.randrange(16**12)
        made = {
            "date-time": moment.isoformat().replace("+00:00", "Z"),
            "date": moment.date().isoformat(),
            "time": moment.time().isoformat(),
            "email": f"user{number}@example.org",
            "uri": f"https://example.org/{number}",
            "hostname": f"host{number}.example.org",
            "ipv4": f"192.0.2.{number % 256}",
            "uuid": f"00000000-0000-4000-8000-{number:012x}",
        }
        return made.get(word, "")

    def integer(self, node: Schema, _depth: int) -> int:
        """Return a whole number in its range."""
        step: int = max(1, math.ceil(node.get("multipleOf", 1)))
        least, most = _range(node)
        low, high = math.ceil(least / step), math.floor(most / step)
        return step * self.chance.randint(low, max(low, high))

    def number(self, node: Schema, _depth: int) -> float | int:
        """Return a number in its range, a multiple where one is asked for."""
        if "multipleOf" in node:
            return self.integer(node, _depth)
        least, most = _range(node)
        return round(self.chance.uniform(least, most), 2) if most - least > 1 else least


INDIRECT = ("$ref", "anyOf", "oneOf", "allOf")


def _kinds(node: Schema) -> list[str]:
    """Return the types of a node; without any, those that its words speak of."""
    said = node.get("type")
    words = said if isinstance(said, list) else [said]
    kinds = [word for word in words if word in TYPES]
    if kinds:
        return kinds
    return (
        ["object"]
        if "properties" in node
        else ["array"]
        if "items" in node
        else ["string"]
    )


def _range(node: Schema) -> tuple[float, float]:
    """Return the least and the greatest number, both allowed."""
    least = node.get("minimum", node.get("exclusiveMinimum", -math.inf) + 1)
    most = node.get("maximum", node.get("exclusiveMaximum", math.inf) - 1)
    if least == -math.inf:
        least = min(-RANGE, most - RANGE) if most < math.inf else -RANGE
    return least, (most if most < math.inf else least + 2 * RANGE)


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    known = {**properties_of(one), **properties_of(other)}
    required = [*one.get("required", []), *other.get("required", [])]
    made = {**one, **other}
    if known:
        made["properties"] = known
    return {**made, "required": required} if required else made


def _at(schema: Schema, address: str) -> Mapping[str, Any]:
    """Return the node that a local reference names; an empty one where there is none."""
    node: Any = schema
    for part in _parts(address):
        node = node.get(part) if isinstance(node, Mapping) else None
    return _mapping(node)


def _parts(address: str) -> Iterator[str]:
    for part in address.removeprefix("#").split("/"):
        if part:
            yield part.replace("~1", "/").replace("~0", "~")


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
