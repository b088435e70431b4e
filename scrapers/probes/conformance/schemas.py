"""JSON Schemas of strangers: whether they are any, and whether a record fits.

Draft 7, which is what taps write and targets read, or draft 4, which is what `singer-python`
was written for: in that `exclusiveMaximum` is a yes or no. The specification names neither.
Nothing is fetched for a `$ref`, and patterns are not tried: a pattern from outside can keep a
worker busy for ever.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

# Source: RFC 3339 §5.6. A zone is demanded by it, and left out by many taps.
DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?"
)


class Validator(Protocol):
    """What judges the records of one schema."""

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        """Yield what does not fit."""


def schema_problem(schema: Any) -> str:
    """Return why this is no JSON Schema of draft 7, nor of draft 4, or nothing."""
    if not isinstance(schema, Mapping):
        return "it is no object"
    problem = _problem(Draft7Validator, schema)
    return problem if problem and _problem(Draft4Validator, schema) else ""


def validator_of(schema: Mapping[str, Any]) -> Validator:
    """Return what judges records of this schema, with formats of dates and times."""
    is_old = bool(_problem(Draft7Validator, schema))
    judging = _Draft4 if is_old else _Draft7
    made: Validator = judging(schema, format_checker=_formats(), registry=Registry())
    return made


def usable_validator(schema: Any) -> Validator:
    """Return what judges records of what may be a schema; of none, it takes all."""
    return validator_of({} if schema_problem(schema) else schema)


def record_problem(validator: Validator, record: Any) -> str:
    """Return why a record does not fit, or nothing; what can't be resolved is no reason."""
    try:
        error = next(validator.iter_errors(record), None)
    except (Unresolvable, RecursionError):
        return ""
    if error is None:
        return ""
    where = "/".join(map(str, error.absolute_path))
    return f"/{where}: {error.message[:200]}"


def is_date_time(text: str, *, zone_needed: bool = False) -> bool:
    """Say whether this is a date-time of RFC 3339; without a zone unless it is needed."""
    match = DATE_TIME.fullmatch(text)
    if match is None or (zone_needed and not match[4]):
        return False
    # Leap seconds are valid, and Python has none.
    clock = match[2].replace(":60", ":59")
    try:
        datetime.fromisoformat(f"{match[1]}T{clock}+00:00")
    except ValueError:
        return False
    return True


def properties_of(schema: Any) -> Mapping[str, Any]:
    """Return the top-level properties of a schema, none where it has no usable ones."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _problem(draft: Any, schema: Mapping[str, Any]) -> str:
    try:
        draft.check_schema(schema)
    except SchemaError as error:
        where = "/".join(map(str, error.absolute_path))
        return f"{error.message[:200]} (at /{where})"
    except RecursionError:
        return "it is nested too deeply"
    return ""


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    checker.checks("date-time")(lambda v: not isinstance(v, str) or is_date_time(v))
    checker.checks("date", ValueError)(lambda v: _reads(date.fromisoformat, v))
    checker.checks("time", ValueError)(lambda v: _reads(time.fromisoformat, v))
    return checker


def _reads(parse: Any, value: Any) -> bool:
    if isinstance(value, str):
        parse(value)
    return True


def _multiple_of(
    validator: Any, divisor: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """Yield an error for a number that is no multiple, reckoned in decimal.

    In binary 19.99 is no multiple of 0.01, which would blame the tap for our arithmetic.
    """
    if not validator.is_type(instance, "number") or isinstance(instance, bool):
        return
    try:
        rest = Decimal(str(instance)) % Decimal(str(divisor))
    except InvalidOperation:
        return
    if rest:
        yield ValidationError(f"{instance} is not a multiple of {divisor}")


def _untried(*_: Any) -> tuple[ValidationError, ...]:
    """Return no error, whatever pattern a value should have."""
    return ()


def _additional(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """Yield what Draft 7 does, but where patterns would have to be tried."""
    if "patternProperties" not in schema:
        rule = Draft7Validator.VALIDATORS["additionalProperties"]
        yield from rule(validator, allowed, instance, schema)


RULES = {
    "multipleOf": _multiple_of,
    "additionalProperties": _additional,
    "pattern": _untried,
    "patternProperties": _untried,
}
_Draft7 = extend(Draft7Validator, RULES)  # type: ignore[no-untyped-call]  # it has no types
# 1.0 is an integer to draft 7, and to every target.
_Draft4 = extend(  # type: ignore[no-untyped-call]  # it has no types
    Draft4Validator, RULES, type_checker=Draft7Validator.TYPE_CHECKER
)
